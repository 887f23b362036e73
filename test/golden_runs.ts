import { goldenSets } from './golden.js';

/** The runs of the golden sets: one per set, or one per shank. `folder` holds what the reference found. */
export const goldenRuns = goldenSets.flatMap((set) => {
  const shanks = set.name.endsWith('multi-shank') ? [1, 2, 3, 4] : [undefined];
  return shanks.map((shank) => ({
    set,
    name: shank ? `${set.name}, shank ${shank}` : set.name,
    folder: shank ? `expected/Shank${shank}` : 'expected',
    missing: set.missing,
  }));
});
