import type { NdArray } from '../arrays.js';
import { unitsListed } from './findings.js';

/** With more patterns of gaps than these, pairs without a common bin are left to the comparison itself. */
const mostPatterns = 1000;

const advice =
  'The method "reference" compares the PETHs of every two units: fill the gaps, leave these units out of all files, or take ' +
  '"PETH" off motionEstimation.features and clustering.features.';

/** Why PETHs (N, P) cannot be compared, each unit with each other one, over the bins in which both have a value; [] they can. */
export function pethGaps({ data, shape }: NdArray<Float64Array>): string[] {
  const [units, bins] = shape as [number, number];
  const patterns = new Map<string, number[]>();
  for (let unit = 0; unit < units; unit++) {
    let pattern = '';
    for (let bin = 0; bin < bins; bin++) pattern += Number.isNaN(data[unit * bins + bin]!) ? '0' : '1';
    const same = patterns.get(pattern);
    if (same) same.push(unit);
    else patterns.set(pattern, [unit]);
  }
  const nothing = patterns.get('0'.repeat(bins));
  if (nothing) {
    return [
      `peth.npy: ${unitsListed(nothing)} ${nothing.length === 1 ? 'has' : 'have'} no value in any bin. ${advice}`,
    ];
  }
  const known = [...patterns];
  if (known.length > mostPatterns) return [];
  for (const [i, [a, first]] of known.entries()) {
    const [, second] =
      known.slice(i + 1).find(([b]) => !Array.from(a).some((is, bin) => is === '1' && b[bin] === '1')) ?? [];
    if (second === undefined) continue;
    const [one, other] = [unitsListed(first), unitsListed(second).toLowerCase()];
    return [`peth.npy: ${one} and ${other} have no bin in which both have a value. ${advice}`];
  }
  return [];
}
