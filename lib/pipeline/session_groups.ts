import type { RunContext } from './run_context.js';

/** Tells of sessions that no matches connect. `component` (S): equal numbers are connected. */
export function warnOfSessionGroups(component: Int32Array, context: RunContext): void {
  const groups: number[][] = [];
  component.forEach((group, session) => {
    (groups[group] ??= []).push(session + 1);
  });
  if (groups.length < 2) return;
  context.warn(
    `No matches connect the sessions ${groups.map((group) => `{${group.join(', ')}}`).join(' and ')}: ` +
      'the motion between these groups is not known and taken as 0 on average.',
  );
}
