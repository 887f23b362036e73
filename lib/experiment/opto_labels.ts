/** Tones, and the onsets of shutter and laser, that are so near belong together, ms. */
const togetherMs = 500;

const lights = ['shutter', 'laser'] as const;
const pushes = ['nopush', 'push_partial', 'push_full'] as const;
/** Of the first of the actions; those before it are of sessions without light */
const firstBit = 3;

const bitOf = (isCued: boolean, light: number, push: number) => firstBit + 4 * push + (isCued ? 0 : 2) + light;

/** Bits of the actions of the lever push with optogenetics, by cue, light and what the animal did. */
export const optoActions: Readonly<Record<string, number>> = Object.fromEntries(
  pushes.flatMap((push, p) =>
    [true, false].flatMap((isCued) =>
      lights.map((light, l) => [`${isCued ? 'cued' : 'uncued'}_${light}_${push}`, bitOf(isCued, l, p)]),
    ),
  ),
);

/**
 * Adds an action for each onset of the shutter, then of the laser: cued if there is a tone within 500 ms, at the first of onset, tone and the other's
 * onset. No push: the lever leaves the back after the light is off, or not at all before a reset. A full one reaches the front before a reset
 * (cued), or before it is back (uncued). Where neither a push nor a reset follows, the session was ended.
 * @param times Of the task's events, ms, ascending
 * @param actions Bits at each ms; a later action takes the place of an earlier one
 */
export function addOptoActions(times: ReadonlyMap<string, readonly number[]>, actions: Int32Array): void {
  const of = (event: string) => times.get(event)!;
  for (const [l, light] of lights.entries()) {
    for (const onset of of(`${light}_onset`)) {
      const tone = together(of('tone_onset'), onset);
      const other = together(of(`${lights[1 - l]!}_onset`), onset);
      const start = Math.min(onset, tone ?? onset, other ?? onset);
      const push = pushAt(start, after(of(`${light}_offset`), onset), tone !== undefined, of);
      if (push === undefined) break;
      actions[start] = 1 << bitOf(tone !== undefined, l, push);
    }
  }
}

/** Its place in `pushes`; undefined: the session was ended */
function pushAt(
  start: number,
  offset: number,
  isCued: boolean,
  of: (event: string) => readonly number[],
): number | undefined {
  const left = after(of('back_sensor_open'), start);
  const reset = after(of('reset'), start);
  if (left === Infinity) return reset === Infinity ? undefined : 0;
  if (left > offset) return 0;
  const reached = after(of('front_sensor_closed'), start);
  const isFull = isCued ? reached < reset : reached < Infinity && after(of('back_sensor_closed'), start) >= reached;
  return isFull ? 2 : 1;
}

/** The first time behind `ms`; Infinity: there is none */
const after = (times: readonly number[], ms: number) => times.find((time) => time > ms) ?? Infinity;

/** The earliest time that belongs to `ms` */
const together = (times: readonly number[], ms: number) => times.find((time) => Math.abs(time - ms) <= togetherMs);
