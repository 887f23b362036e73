import type { LikenessTest } from './likeness.js';

/** Fewer pairs tell little: the area under the curve of 30 has a standard error of 0.05. */
export const fewestPairs = 30;
/** An area that matches of the same neurons reach on real recordings whose sessions share neurons. */
export const goodAuc = 0.7;

export type Verdict = 'good' | 'weak' | 'chance' | 'too few';

/** What a test says of the matches. */
export function verdictOf({ auc, error, matched, neighbours }: LikenessTest): Verdict {
  if (matched < fewestPairs || neighbours < fewestPairs) return 'too few';
  if (auc - 2 * error <= 0.5) return 'chance';
  return auc >= goodAuc ? 'good' : 'weak';
}

/**
 * The same as a sentence.
 * @param act What units do more alike, as "fire" or "respond"
 */
export function verdictText(test: LikenessTest, act: string): string {
  switch (verdictOf(test)) {
    case 'good':
      return `Matched units ${act} clearly more alike than neighbours do: most of these matches are right.`;
    case 'weak':
      return `Matched units ${act} a little more alike than neighbours do: a part of these matches is wrong, or the neurons changed.`;
    case 'chance':
      return `Matched units ${act} no more alike than neighbours do: nothing here says that these matches are right.`;
    case 'too few':
      return `Too few pairs to tell (${test.matched} matched, ${test.neighbours} neighbours): ${fewestPairs} of each would be enough.`;
  }
}
