import type { RunContext } from './run_context.js';

/** Tells of sessions that no matches connect. `component` (S): equal numbers are connected. */
export function warnOfSessionGroups(component: Int32Array, context: RunContext): void {
  const groups: number[][] = [];
  component.forEach((group, session) => {
    (groups[group] ??= []).push(session + 1);
  });
  if (groups.length < 2) return;
  const isEachAlone = groups.length === component.length;
  context.warn(
    (isEachAlone
      ? 'No two sessions have enough matches to tell how the probe moved between them: the motion is taken as 0. '
      : `No matches connect these groups of sessions: ${groups.map(ranges).join('; ')}. How the probe moved from one group ` +
        'to another is not known: within each the motion is 0 on average. ') +
      'Matches between them are doubtful. Are the sessions of the same probe at about the same place?',
  );
}

/** 1, 2, 3, 7 → "1–3, 7". */
export function ranges(sessions: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const session of sessions) {
    const last = parts.at(-1);
    if (last?.[1] === session - 1) last[1] = session;
    else parts.push([session, session]);
  }
  return parts.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(', ');
}
