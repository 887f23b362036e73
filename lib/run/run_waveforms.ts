import { setImmediate } from 'node:timers/promises';

import type { Dataset } from '../recording/dataset.js';
import { abortError } from '../errors.js';
import type { Waveforms } from '../recording/waveforms.js';
import type { RowBlock } from '../files/npy_rows.js';
import type { RowReader } from '../report/row_reader.js';
import { waveformFiles, WaveformPacker, type PackedUnits, type ReportWaveforms } from '../report/waveforms.js';
import type { Settings } from '../settings/index.js';

/** The waveforms that the report of a run shows. */
export interface ShownWaveforms {
  units: PackedUnits;
  /** As recorded; or whether they are written, after centring */
  recorded: Waveforms | 'written' | undefined;
  /** Whether corrected ones are written. */
  corrected: boolean;
}

/** What the report of a run can show of the waveforms: those that are written, or lie in the data folder. */
export function shownWaveforms(
  { waveforms, channelLocationsUm }: Dataset,
  peakChannels: Int32Array,
  { save_intermediate_results: areSaved, centering_waveforms: areCentred, outputs }: Settings,
  dataFolder: string | undefined,
): ShownWaveforms {
  const isFolder = dataFolder !== undefined;
  // The channels of arrays in memory are not found again when the report is drawn again.
  const units = {
    unitCount: peakChannels.length,
    channelLocationsUm: isFolder ? channelLocationsUm : undefined,
    peakChannels,
  };
  if (!outputs.report) return { units, recorded: undefined, corrected: false };
  return {
    units,
    recorded: areSaved && areCentred ? 'written' : isFolder ? waveforms : undefined,
    corrected: areSaved,
  };
}

const unitsAtOnce = 200;

/** Packs the waveforms of a run for its report: those at hand, and those that are written as they pass by. */
export class RunWaveforms {
  /** Resolves when all have been packed. Rejects with the signal's reason when aborted. */
  readonly packed: Promise<ReportWaveforms>;
  /** Readers of what is still to come, by file name */
  readonly #awaited = new Map<string, RowReader>();
  #allPassed!: () => void;

  constructor({ units, recorded, corrected }: ShownWaveforms, signal: AbortSignal | undefined) {
    const packer = new WaveformPacker(units, [
      ...(recorded ? (['recorded'] as const) : []),
      ...(corrected ? (['corrected'] as const) : []),
    ]);
    for (const [kind, reader] of packer.readers) {
      if (kind === 'corrected' || recorded === 'written') this.#awaited.set(waveformFiles[kind], reader);
    }
    const passed = new Promise<void>((resolve) => (this.#allPassed = resolve));
    if (this.#awaited.size === 0) this.#allPassed();
    const reader = typeof recorded === 'object' && packer.readers.get('recorded');
    this.packed = Promise.all([reader && readAll(reader, recorded, signal), passed]).then(() => packer.result());
    // Told by whoever waits for it.
    this.packed.catch(() => undefined);
  }

  /** Gets the rows of the files while they are written. */
  readonly take = (name: string, block: RowBlock): void => {
    this.#awaited.get(name)?.add(block);
    if (block.first + block.count < block.shape[0]!) return;
    if (this.#awaited.delete(name) && this.#awaited.size === 0) this.#allPassed();
  };
}

async function readAll(reader: RowReader, { data, shape }: Waveforms, signal: AbortSignal | undefined): Promise<void> {
  const [units, channels, samples] = shape as [number, number, number];
  const size = channels * samples;
  for (let first = 0; first < units; first += unitsAtOnce) {
    // Others have their turn, an abort among them.
    await setImmediate();
    if (signal?.aborted) throw abortError(signal);
    const count = Math.min(unitsAtOnce, units - first);
    reader.add({ first, count, data: data.subarray(first * size, (first + count) * size), shape });
  }
}
