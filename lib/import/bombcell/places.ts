import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Where Bombcell and UnitMatch put raw waveforms, seen from the sorter's folder. */
export const rawWaveformPlaces = ['RawWaveforms', 'qMetrics/RawWaveforms', 'bombcell/RawWaveforms'];

/** The first of them that is there. */
export function findRawWaveforms(sorter: string): string | undefined {
  return rawWaveformPlaces.map((place) => join(sorter, place)).find((place) => existsSync(place));
}
