import type { Lag } from '../processing/lag.js';
import { madeFrom, readState, standingOf, type ProcessState, type Standing } from './process_state.js';
import type { Session, SessionRecording } from './session.js';
import { lagOf, stepNames, steps, type ProcessSettings, type StepContext, type StepName } from './steps.js';

/** How a step of a recording stands, and what it would be made from. */
export interface StepPlan {
  recording: SessionRecording;
  step: StepName;
  /** nothing: there is no cause to do it; impossible: something is missing that it needs; waiting: a step before it must be done first */
  standing:
    | Standing
    | { kind: 'nothing'; why: string }
    | { kind: 'impossible'; why: string }
    | { kind: 'waiting'; why: string }
    | { kind: 'byHand' };
  key: string;
  from: unknown;
}

/** How all steps of a session stand. Rejects with DANT_DATA if its process.json or lag.json is damaged. */
export async function planSession(session: Session, settings: ProcessSettings): Promise<StepPlan[]> {
  const state = await readState(session);
  const plans: StepPlan[] = [];
  for (const recording of session.recordings) {
    for (const step of stepNames) plans.push(await planStep(session, recording, step, settings, state));
  }
  return plans;
}

export async function planStep(
  session: Session,
  recording: SessionRecording,
  name: StepName,
  settings: ProcessSettings,
  state: ProcessState,
): Promise<StepPlan> {
  const step = steps[name];
  const plan = (standing: StepPlan['standing'], key = '', from?: unknown): StepPlan => ({
    recording,
    step: name,
    standing,
    key,
    from,
  });
  const reason = step.nothing?.(session, recording);
  if (reason !== undefined) return plan({ kind: 'nothing', why: reason });
  const why = step.impossible(recording);
  if (why !== undefined) return plan({ kind: 'impossible', why });
  const lag = await lagOf(session, recording);
  const context: StepContext = { session, recording, settings, lag, onProgress: () => undefined };
  const { key, from } = await madeFrom(step.inputs(recording), step.settings(context));
  const entry = state[stateKey(recording, name)];
  if (name === 'sync') {
    const standing = await standingOf(session, entry, key, []);
    if (lag === undefined) {
      const isGone = standing.kind === 'done';
      return plan(isGone ? { kind: 'stale', why: 'lag.json does not have its lag any more' } : standing, key, from);
    }
    // Who writes a lag into lag.json knows better.
    const made = entry?.result as Lag | undefined;
    if (made?.startMs !== lag.startMs || made.endMs !== lag.endMs) return plan({ kind: 'byHand' }, key, from);
    return plan(standing, key, from);
  }
  if (step.needsLag && recording.behaviour && lag === undefined) {
    return plan({ kind: 'waiting', why: 'the lag is not known yet' }, key, from);
  }
  return plan(await standingOf(session, entry, key, step.outputs(session, recording, settings)), key, from);
}

export const stateKey = ({ index }: SessionRecording, step: StepName) => `${index} ${step}`;
