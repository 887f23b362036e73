import { doublesOf, requireList, requireNumber, requireObject } from '../arguments.js';
import { DantError, argumentError } from '../errors.js';
import { fileError } from '../files/file_error.js';
import { readNpy } from '../files/npy.js';
import { processedRateHz } from '../processing/ephys_rows.js';
import { requireTrialKind } from './arguments.js';

/** The action labels of a recording: bit fields, one for each ms. */
export interface ActionLabels {
  /** (ms) */
  actions: Float64Array;
  /** (ms) */
  events: Float64Array;
}

/** Which moments are looked at: the first event of a kind at or after the beginning of an action of a kind. */
export interface TrialKind {
  /** Bits of actions, any of which counts */
  label: number;
  /** Bits of events, any of which counts */
  event: number;
}

export interface Trial {
  /** Of the session, in their order */
  recording: number;
  /** Number of the action among those of its kind, over all recordings, from 0; actions without event count */
  action: number;
  /** When the event was, ms of the action labels */
  eventMs: number;
}

/** How long after the beginning of an action its event is looked for: for spikes, and for everything else. */
export const eventWithinMs = { spikes: 8000, others: 10_000 };

/** Reads `action_labels_N.npy`. Rejects with DANT_DATA. */
export async function readActionLabels(path: string): Promise<ActionLabels> {
  const { data, shape } = await readNpy(path, { as: 'float64' });
  if (shape.length !== 2 || shape[1] !== 2) {
    throw fileError(path, `expected action labels (ms, 2) but found an array (${shape.join(', ')}).`);
  }
  const wrong = data.find((bits) => !Number.isSafeInteger(bits));
  if (wrong !== undefined) throw fileError(path, `expected bits, which are whole numbers, but found ${wrong}.`);
  return {
    actions: data.filter((_, i) => i % 2 === 0),
    events: data.filter((_, i) => i % 2 === 1),
  };
}

/** All trials of a kind over the recordings of a session, and how many actions had no event in time. Throws DANT_ARGUMENT. */
export function findTrials(
  recordings: readonly (ActionLabels | undefined)[],
  kind: TrialKind,
  withinMs: number,
): { trials: Trial[]; withoutEvent: number } {
  requireTrialKind('kind', kind);
  requireNumber('withinMs', withinMs, 0);
  const { label, event } = kind;
  const trials: Trial[] = [];
  let action = 0;
  for (const [recording, labels] of requireList('recordings', recordings).entries()) {
    if (labels === undefined) continue;
    const { actions, events } = labelsOf(`recordings[${recording}]`, labels);
    const within = (withinMs * processedRateHz) / 1000;
    for (let row = 0; row < actions.length; row++) {
      if (!sharesBits(actions[row]!, label)) continue;
      const end = Math.min(events.length, row + within);
      for (let at = row; at < end; at++) {
        if (!sharesBits(events[at]!, event)) continue;
        trials.push({ recording, action, eventMs: at });
        break;
      }
      action++;
    }
  }
  return { trials, withoutEvent: action - trials.length };
}

function labelsOf(name: string, labels: ActionLabels): ActionLabels {
  const given = requireObject(name, labels);
  const actions = doublesOf(`${name}.actions`, given.actions);
  const events = doublesOf(`${name}.events`, given.events);
  for (const [key, bits] of Object.entries({ actions, events })) {
    const wrong = bits.findIndex((value) => !Number.isSafeInteger(value));
    if (wrong >= 0) throw argumentError(`${name}.${key}[${wrong}]`, 'bits, a whole number', bits[wrong]);
  }
  return { actions, events };
}

/** Bits may be beyond those of 32-bit numbers. */
function sharesBits(a: number, b: number): boolean {
  if (a === 0) return false;
  if (a < 2 ** 31 && b < 2 ** 31) return (a & b) !== 0;
  return (BigInt(a) & BigInt(b)) !== 0n;
}

/** Throws DANT_DATA with what there is instead: actions and events that never come together make no table. */
export function noTrials(session: string, { label, event }: TrialKind): DantError {
  return new DantError(
    'DANT_DATA',
    `${session}: no action with the bits ${label} has an event with the bits ${event}. Look at the action labels: "dant pixels list" shows what there is.`,
  );
}
