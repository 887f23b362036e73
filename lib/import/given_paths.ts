import { realpath } from 'node:fs/promises';

import { DantError } from '../errors.js';

/** Files or folders that are given one after the other, each of which must be another one, by whatever name. */
export class GivenPaths {
  /** Real path → its number */
  private readonly seen = new Map<string, number>();

  /** @param name What they are called before their numbers: "Sessions" @param kind What each of them is: "folder" */
  constructor(
    private readonly name: string,
    private readonly kind: string,
  ) {}

  /** Rejects with DANT_DATA if it is there already. That there is nothing at the path is for its reader to say. */
  async add(path: string, number: number): Promise<void> {
    const real = await realpath(path).catch(() => undefined);
    if (real === undefined) return;
    const other = this.seen.get(real);
    if (other !== undefined) {
      throw new DantError('DANT_DATA', `${this.name} ${other} and ${number} are the same ${this.kind}: ${path}.`);
    }
    this.seen.set(real, number);
  }
}
