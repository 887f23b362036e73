import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { kernelsFolder } from './golden.js';

const fixtures = fileURLToPath(new URL('fixtures/kernels', import.meta.url));

export interface KernelSet<Case> {
  set: string;
  cases: Case[];
}

/**
 * Single computations with the reference's results: a choice of them that is part of the project, and all of them where
 * they exist. For describe.each.
 */
export function kernelCases(file: string): KernelSet<unknown>[] {
  return [
    { set: 'fixtures', path: `${fixtures}/${file}` },
    { set: 'golden', path: `${kernelsFolder}/${file}` },
  ]
    .filter(({ set, path }) => set === 'fixtures' || existsSync(path))
    .map(({ set, path }) => ({ set, ...(JSON.parse(readFileSync(path, 'utf8')) as { cases: unknown[] }) }));
}
