import { Random } from '../random.js';

/**
 * At most `most` of the values, spread evenly: one from each of as many parts of equal size. The same seed (whole numbers) draws
 * the same ones.
 */
export function selectSpikes(spikes: Float64Array, most: number, seed: readonly number[]): Float64Array {
  if (spikes.length <= most) return spikes;
  const random = new Random(...seed);
  return Float64Array.from({ length: most }, (_, part) => {
    const begin = Math.floor((part * spikes.length) / most);
    const end = Math.floor(((part + 1) * spikes.length) / most);
    return spikes[begin + random.index(end - begin)]!;
  });
}
