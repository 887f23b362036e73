import { doublesOf, requireList } from '../arguments.js';
import { requireTrials } from './arguments.js';
import { checkDuration } from './spikes.js';
import type { Trial } from './trials.js';

/** Frames of a video around an event. */
export interface Clip {
  /** Number of the action */
  trial: number;
  recording: number;
  eventMs: number;
  /** Numbers of the frames, from 0 */
  frames: number[];
}

/**
 * The frames around each event: those taken after event − half + 1 ms and before event + half + 1 ms.
 * @param frameTimes Of each recording, ms of the action labels; see `frameTimes`. Undefined: it has no video, its trials are left out
 */
export function alignClips(
  frameTimes: readonly (Float64Array | undefined)[],
  trials: readonly Trial[],
  durationS: number,
): Clip[] {
  const half = checkDuration(durationS) / 2;
  const recordings = requireList('frameTimes', frameTimes).map((times, r) =>
    times === undefined ? undefined : doublesOf(`frameTimes[${r}]`, times),
  );
  return requireTrials('trials', trials).flatMap(({ recording, action, eventMs }) => {
    const times = recordings[recording];
    if (!times) return [];
    const frames = Array.from(times.keys()).filter(
      (f) => times[f]! > eventMs - half + 1 && times[f]! < eventMs + half + 1,
    );
    return [{ trial: action, recording, eventMs, frames }];
  });
}
