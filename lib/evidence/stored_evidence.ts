import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { BlindTest, Evidence } from './evidence.js';

/** Where `dant evidence` keeps what it measured, in the folder of the results. */
export const evidenceFile = 'evidence.json';

/** What is in it; what is not a number is null. */
interface StoredEvidence extends Evidence {
  /** Units of the result that it belongs to */
  units: number;
}

export function evidenceJson(evidence: Evidence, units: number): string {
  const stored: StoredEvidence = { units, ...evidence };
  return `${JSON.stringify(stored, undefined, 1)}\n`;
}

/** The tests that were measured before; none if there are none, or if the file is of another result (told in `problems`). */
export async function storedTests(
  folder: string,
  units: number,
  problems: string[],
): Promise<Pick<Evidence, 'intervals' | 'responses'>> {
  const none = { intervals: undefined, responses: undefined };
  const path = join(folder, evidenceFile);
  if (!existsSync(path)) return none;
  const refuse = (why: string) => {
    problems.push(`${path}: ${why}; it is left out. "dant evidence" measures it again.`);
    return none;
  };
  try {
    const revive = (_: string, value: unknown) => (value === null ? NaN : value);
    const stored = JSON.parse(await readFile(path, 'utf8'), revive) as Partial<StoredEvidence>;
    if (stored.units !== units) return refuse(`expected the evidence of ${units} units`);
    const { intervals, responses } = stored;
    if (![intervals, responses].every((test) => test === undefined || isTest(test)))
      return refuse('it is of another version');
    return { intervals, responses };
  } catch (error) {
    return refuse(`it cannot be read (${(error as Error).message})`);
  }
}

function isTest(test: Partial<BlindTest>): boolean {
  const numbers = [test.auc, test.error, test.matched, test.neighbours, test.medianMatched, test.medianNeighbours];
  const lists = [test.curve, test.matchedByCorrelation, test.neighboursByCorrelation];
  return numbers.every((value) => typeof value === 'number') && lists.every((list) => Array.isArray(list));
}
