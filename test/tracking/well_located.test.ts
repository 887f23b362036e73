import { expect, it } from 'vitest';

import { wellLocated } from '../../lib/tracking/probabilistic/match_sessions.js';

/** Matches of sessions 0 and 1, of which `inside` are of units inside the probe. */
function matches(count: number, inside: number) {
  return {
    // Of every other match the unit of session 1 stands first.
    sessions: Int32Array.from({ length: 2 * count }, (_, unit) => ((unit >> 1) + unit) % 2),
    isInside: Uint8Array.from({ length: 2 * count }, (_, unit) => (unit >> 1 < inside ? 1 : 0)),
    pairs: Array.from({ length: 2 * count }, (_, unit) => unit),
    probabilities: Float64Array.from({ length: count }, (_, m) => 1 - m / 100),
  };
}

it.each([
  [8, 5, 5],
  [8, 4, 8],
  [6, 0, 6],
])('of %i matches of two sessions, %i of them inside the probe, %i count', (count, inside, kept) => {
  const { pairs, probabilities, sessions, isInside } = matches(count, inside);
  expect(wellLocated({ pairs, probabilities }, sessions, isInside)).toEqual({
    pairs: pairs.slice(0, 2 * kept),
    probabilities: Array.from(probabilities.slice(0, kept)),
  });
});

it('do not depend on the order of the units', () => {
  const { pairs, probabilities, sessions, isInside } = matches(8, 5);
  const inOrder = sessions.map((_, unit) => unit % 2);
  expect(wellLocated({ pairs, probabilities }, sessions, isInside)).toEqual(
    wellLocated({ pairs, probabilities }, inOrder, isInside),
  );
});
