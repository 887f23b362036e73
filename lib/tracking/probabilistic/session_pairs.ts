import { keyOf, type Connections } from '../../motion/connections.js';
import { motionAt, type Motion } from '../../recording/motion.js';
import type { SessionConnections, SessionPair } from '../result.js';
import type { RunContext } from '../run_context.js';
import { ranges } from '../session_groups.js';

/**
 * What is known of every two sessions.
 * @param sessions (n) from 1
 * @param matches (M, 2) pairs of units that were matched
 * @param motionMatches (L, 2) those that the motion was fitted to
 * @param middleUm depth at which displacements are
 */
export function sessionConnections(
  { component, chanceProbabilities }: Connections,
  sessions: Int32Array,
  matches: Int32Array,
  motionMatches: ArrayLike<number>,
  motion: Motion,
  middleUm: number,
): SessionConnections {
  const matched = countBySessions(matches, sessions);
  const fitted = countBySessions(motionMatches, sessions);
  const pairs: SessionPair[] = [];
  for (let a = 1; a <= component.length; ++a) {
    for (let b = a + 1; b <= component.length; ++b) {
      const key = keyOf({ sessionA: a, sessionB: b });
      const isConnected = component[a - 1] === component[b - 1];
      pairs.push({
        sessionA: a,
        sessionB: b,
        isConnected,
        displacementUm: isConnected ? motionAt(motion, b, middleUm) - motionAt(motion, a, middleUm) : NaN,
        chanceProbability: chanceProbabilities.get(key) ?? 1,
        matches: matched.get(key) ?? 0,
        motionMatches: fitted.get(key) ?? 0,
      });
    }
  }
  return { component, pairs };
}

function countBySessions(pairs: ArrayLike<number>, sessions: Int32Array): Map<string, number> {
  const counts = new Map<string, number>();
  for (let m = 0; m + 1 < pairs.length; m += 2) {
    const [a, b] = [sessions[pairs[m]!]!, sessions[pairs[m + 1]!]!];
    const key = keyOf({ sessionA: Math.min(a, b), sessionB: Math.max(a, b) });
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** Tells which sessions have nothing in common that the recording can show. */
export function warnOfUnconnectedSessions(component: Int32Array, context: RunContext): void {
  const groups = new Map<number, number[]>();
  component.forEach((name, session) => {
    groups.set(name, [...(groups.get(name) ?? []), session + 1]);
  });
  const all = [...groups.values()];
  if (all.length < 2) return;
  const connected = all.filter((group) => group.length > 1);
  const alone = all.filter((group) => group.length === 1).flat();
  const nothing =
    'Are they of the same probe at about the same place, with enough units, and the waveforms not whitened?';
  if (component.length === 2) {
    context.warn(
      `Sessions 1 and 2 have no neuron in common that the recording can show: nothing was matched between them. ${nothing}`,
    );
  } else if (connected.length === 0) {
    context.warn(
      `No two sessions have a neuron in common that the recording can show: nothing was matched. ${nothing}`,
    );
  } else {
    const within = connected.map((group) => `sessions ${ranges(group)}`).join('; ');
    const apart =
      alone.length === 0 ? '' : `; nor between these and session${alone.length > 1 ? 's' : ''} ${ranges(alone)}`;
    context.warn(
      `The recording shows neurons in common only among ${within}. Nothing was matched between ` +
        `${connected.length > 1 ? 'these groups' : 'these and the others'}${connected.length > 1 ? apart : ` (${ranges(alone)})`}, ` +
        'and how the probe moved from one to the other is not known.',
    );
  }
}
