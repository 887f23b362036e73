import { z } from 'zod';

import { fileError } from '../files/file_error.js';
import { countBit, type ActionLabels } from './action_labels.js';
import { reachActions } from './reach_actions.js';
import type { SessionMetadata } from './session.js';

const trial = z.looseObject({
  /** s from the beginning of the session */
  start: z.number(),
  end: z.number(),
  spout: z.enum(['left', 'right']),
  outcome: z.enum(['missed', 'correct', 'incorrect']),
});

/** Share of the trials whose durations must be those of the lights, and how well, s */
const agreement = { least: 0.95, toS: 0.1 };

/**
 * Adds the actions of the reach task: at each onset of the light what came of that trial, by the trials in the metadata. Trials that
 * began after the end of the behaviour file are left out.
 * @throws DANT_DATA if trials and lights do not agree
 */
export function addReachActions(path: string, labels: ActionLabels, metadata: SessionMetadata | undefined): void {
  if (metadata === undefined) {
    throw fileError(
      path,
      'the task reach needs the trials of the metadata: give the folder with <mouse>.json (--metadata).',
    );
  }
  const { data, error } = z.array(trial).safeParse(metadata.trials);
  if (error) {
    const [issue] = error.issues;
    throw fileError(
      path,
      `the trials in the metadata of ${metadata.date}: ${issue!.path.join('.')}: ${issue!.message}.`,
    );
  }
  const [onsets, offsets] = [times(labels.events, 1), times(labels.events, 2)];
  const first = data[0]?.start ?? 0;
  const lengthS = labels.events.length / 1000;
  const trials = data.filter(({ start }) => start - first + (onsets[0] ?? 0) / 1000 < lengthS);
  if (trials.length !== onsets.length) {
    throw fileError(
      path,
      `the metadata of ${metadata.date} have ${trials.length} trials within the recording but the light came on ${onsets.length} times.`,
    );
  }
  let agreeing = 0;
  for (const [k, { start, end, outcome, spout }] of trials.entries()) {
    const off = offsets.find((ms) => ms > onsets[k]!);
    // The last light may be cut off.
    if (off === undefined || Math.abs((off - onsets[k]!) / 1000 - (end - start)) < agreement.toS) agreeing++;
    labels.actions[onsets[k]!] = 1 << reachActions[`${outcome}_${spout}`];
  }
  if (agreeing < agreement.least * trials.length) {
    throw fileError(
      path,
      `only ${agreeing} of ${trials.length} trials of ${metadata.date} last as long as the light was on: are the metadata of this session?`,
    );
  }
  for (const [name, bit] of Object.entries(reachActions)) {
    labels.counts.actions[name] = countBit(labels.actions, bit);
  }
}

function times(events: Int32Array, bits: number): number[] {
  const found: number[] = [];
  for (let ms = 0; ms < events.length; ms++) if ((events[ms]! & bits) !== 0) found.push(ms);
  return found;
}
