import { sep } from 'node:path';

import { DantError } from '../errors.js';

/** What was found wrong or odd about a data folder. */
export class Findings {
  /** What makes the data unusable. */
  readonly problems: string[] = [];
  /** What looks like a mistake but can be worked with. */
  readonly warnings: string[] = [];

  constructor(readonly folder: string) {}

  /** The result of `action`, or undefined if the data do not allow it, which is then one of the problems. */
  async attempt<Result>(action: () => Promise<Result>): Promise<Result | undefined> {
    try {
      return await action();
    } catch (error) {
      this.problems.push(this.messageOf(error));
      return undefined;
    }
  }

  /** Adds what was found elsewhere in the folder at the same time. */
  add({ problems, warnings }: Findings): void {
    this.problems.push(...problems);
    this.warnings.push(...warnings);
  }

  /** What an error says about the data, files named within the folder; any other error is thrown on. */
  messageOf(error: unknown): string {
    if (!(error instanceof DantError) || error.code !== 'DANT_DATA') throw error;
    return error.message.replaceAll(this.folder + sep, '');
  }
}

/** "3", "3 and 7", "3, 7, 9, 12, 15 and 4 more". */
export function listed(items: readonly (number | string)[]): string {
  const shown = items.length > 6 ? [...items.slice(0, 5), `${items.length - 5} more`] : items;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)!}`;
}

/** "Unit 3", "Units 3 and 7"; in ascending order. */
export function unitsListed(units: readonly number[]): string {
  return `${units.length === 1 ? 'Unit' : 'Units'} ${listed([...units].sort((a, b) => a - b))}`;
}
