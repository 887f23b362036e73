import { DantError } from '../errors.js';
import type { SessionData } from './session_data.js';
import type { Response } from './trial_kind.js';
import { eventWithinMs, findTrials, noTrials, type Trial, type TrialKind } from './trials.js';

/** The trials of a session. Rejects with DANT_DATA if there are none. */
export async function trialsOf(
  session: SessionData,
  kind: TrialKind,
  withinMs: number,
  warnings: string[],
): Promise<Trial[]> {
  const { name } = session.session;
  const trials = await find(session, kind, withinMs, warnings);
  if (trials === undefined) {
    throw new DantError(
      'DANT_DATA',
      `${name}: could not find action labels with a synchronised recording: expected ${session.labelFile(session.recordings[0]!.index)} and lag.json. Make them: dant pixels process.`,
    );
  }
  if (trials.length === 0) throw noTrials(name, kind);
  return trials;
}

/** The trials of each response, whose spikes are looked at; of a session without action labels none, which is told. */
export async function trialsOrNone(
  session: SessionData,
  responses: readonly Response[],
  warnings: string[],
): Promise<{ response: Response; trials: Trial[] }[]> {
  const found: { response: Response; trials: Trial[] }[] = [];
  for (const response of responses) {
    const trials = await find(session, response, eventWithinMs.spikes, warnings);
    if (trials === undefined) {
      warnings.push(`${session.session.name} has no action labels, and so no responses.`);
      return [];
    }
    found.push({ response, trials });
  }
  return found;
}

/** Undefined: there are no action labels with a synchronised recording. */
async function find(
  session: SessionData,
  kind: TrialKind,
  withinMs: number,
  warnings: string[],
): Promise<Trial[] | undefined> {
  const labels = await session.actionLabels();
  if (labels.every((label) => label === undefined)) return undefined;
  const { trials, withoutEvent } = findTrials(labels, kind, withinMs);
  if (withoutEvent > 0) {
    warnings.push(
      `${session.session.name}: no event found for ${withoutEvent} of ${trials.length + withoutEvent} actions. If this is right, ignore it.`,
    );
  }
  return trials;
}
