import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { readNpy } from '../../../lib/files/npy.js';

/** Files of other programs, and what is in them as those programs read it. They stand beside the project. */
export const shelf = fileURLToPath(new URL('../../../../shared/fixtures', import.meta.url));
export const haveShelf = ['matlab', 'nwb', 'sorting-analyzer', 'bombcell'].every((name) =>
  existsSync(join(shelf, name)),
);

export async function numbersOf(path: string): Promise<number[]> {
  const { data } = await readNpy(path);
  return Array.from(data as ArrayLike<number>, Number);
}

/** units.csv, a record for each unit. */
export function unitsOf(data: string): Record<string, string>[] {
  const [header, ...lines] = readFileSync(join(data, 'units.csv'), 'utf8').trim().split('\n');
  const names = header!.split(',');
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, i) => [names[i]!, cell])));
}

export const recordOf = (data: string) =>
  JSON.parse(readFileSync(join(data, 'import.json'), 'utf8')) as {
    sessions: Record<string, unknown>[];
    options: Record<string, unknown>;
    warnings: string[];
  };
