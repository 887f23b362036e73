import type { Correction } from '../../correction/templates.js';
import { distinctShifts } from '../../correction/templates.js';
import type { FeatureName } from '../../settings/index.js';
import { compareRows, compareWaveforms, type FisherZ } from '../../similarity/compare.js';
import type { RunContext } from '../run_context.js';
import type { TrackedUnits } from '../tracked_units.js';
import { sharedArray } from '../../native/memory.js';

/** Correlations of the waveforms under one correction. */
interface WaveformSimilarity {
  /** As `distinctShifts`; undefined: as recorded. */
  shiftsUm: Float64Array | undefined;
  isProvisional: boolean;
  matrix: FisherZ;
}

/** The similarity matrices of a group of units, computed when first asked for. */
export class FeatureSimilarity {
  /** How the waveforms are corrected; undefined: they are compared as recorded. */
  correction: Correction | undefined;
  /** Whether correlations of waveforms within 1e-5 or so will do, in two thirds of the time: they are no result. */
  isProvisional = false;
  readonly #matrices = new Map<FeatureName, FisherZ>();
  /** The last two, older first: the motion loop may go back by one. */
  #waveforms: WaveformSimilarity[] = [];

  constructor(
    private readonly units: TrackedUnits,
    private readonly nearestChannels: number,
  ) {}

  async get(feature: FeatureName, context: RunContext): Promise<FisherZ> {
    if (feature === 'Waveform') return this.#getWaveforms(context);
    const known = this.#matrices.get(feature);
    if (known) return known;
    const matrix = sharedArray(Float32Array, this.units.count ** 2);
    await this.#compareRows(feature, matrix, context);
    this.#matrices.set(feature, matrix);
    return matrix;
  }

  /** Gives up the matrices of all features but these. */
  keepOnly(features: readonly FeatureName[]): void {
    for (const feature of this.#matrices.keys()) {
      if (!features.includes(feature)) this.#matrices.delete(feature);
    }
    if (!features.includes('Waveform')) this.#waveforms = [];
  }

  async #getWaveforms(context: RunContext): Promise<FisherZ> {
    const shiftsUm = this.correction && distinctShifts(this.correction);
    const { isProvisional } = this;
    const known = this.#waveforms.find(
      (entry) => sameShifts(entry.shiftsUm, shiftsUm) && (isProvisional || !entry.isProvisional),
    );
    if (known) return known.matrix;
    // The oldest matrix is written over: at 20,000 units it has 1.6 GB.
    const oldest = this.#waveforms.length === 2 ? this.#waveforms.shift() : undefined;
    const matrix = oldest?.matrix ?? sharedArray(Float32Array, this.units.count ** 2);
    await this.#compareWaveforms(matrix, shiftsUm, context);
    this.#waveforms.push({ shiftsUm, isProvisional, matrix });
    return matrix;
  }

  async #compareWaveforms(similarity: FisherZ, shiftsUm: Float64Array | undefined, context: RunContext): Promise<void> {
    const { waveforms, indices, channelLocationsUm, channelShanks, peakChannels } = this.units;
    const [, channels, samples] = waveforms.shape as [number, number, number];
    const { correctionSeconds } = await context.stage('similarity', (options) =>
      compareWaveforms(
        {
          waveforms: waveforms.data,
          units: indices,
          channels,
          samples,
          channelLocationsUm,
          channelShanks,
          nearestChannels: this.nearestChannels,
          peakChannels,
          shiftsUm,
          quantised: this.isProvisional,
        },
        similarity,
        options,
      ),
    );
    context.addSeconds('correction', correctionSeconds);
    context.addSeconds('similarity', -correctionSeconds);
  }

  async #compareRows(feature: Exclude<FeatureName, 'Waveform'>, similarity: FisherZ, context: RunContext) {
    const rows = this.units.rows(feature);
    const gapNames = feature === 'PETH' && rows.some(Number.isNaN) ? this.units.indices : undefined;
    await context.stage('similarity', (options) => compareRows(rows, gapNames, similarity, options));
  }
}

function sameShifts(a: Float64Array | undefined, b: Float64Array | undefined): boolean {
  if (!a || !b) return a === b;
  return a.length === b.length && a.every((shift, i) => shift === b[i]);
}
