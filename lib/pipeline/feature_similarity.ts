import type { Correction } from '../correction/templates.js';
import { distinctShifts } from '../correction/templates.js';
import type { FeatureName } from '../settings/index.js';
import { runNative } from '../native/run.js';
import type { RunContext } from './run_context.js';
import type { TrackedUnits } from './tracked_units.js';

/** Fisher z (n, n) between the units of one group by one feature. */
export type SimilarityMatrix = Float32Array<ArrayBuffer>;

/**
 * The similarity matrices of a group of units, computed when first asked for. The one of the waveforms is forgotten when
 * the correction changes.
 */
export class FeatureSimilarity {
  #matrices = new Map<FeatureName, SimilarityMatrix>();
  #waveformIsCurrent = false;
  #correction: Correction | undefined;

  constructor(
    private readonly units: TrackedUnits,
    private readonly nearestChannels: number,
  ) {}

  /** How the waveforms are corrected; undefined: they are compared as recorded. */
  get correction(): Correction | undefined {
    return this.#correction;
  }

  set correction(correction: Correction | undefined) {
    this.#correction = correction;
    this.#waveformIsCurrent = false;
  }

  async get(feature: FeatureName, context: RunContext): Promise<SimilarityMatrix> {
    const known = this.#matrices.get(feature);
    if (known && (feature !== 'Waveform' || this.#waveformIsCurrent)) return known;
    // The matrix of the last correction is written over: at 20,000 units it has 1.6 GB.
    const matrix = known ?? new Float32Array(this.units.count ** 2);
    await (feature === 'Waveform'
      ? this.#compareWaveforms(matrix, context)
      : this.#compareRows(feature, matrix, context));
    this.#matrices.set(feature, matrix);
    return matrix;
  }

  /** Gives up the matrices of all features but these. */
  keepOnly(features: readonly FeatureName[]): void {
    for (const feature of this.#matrices.keys()) {
      if (!features.includes(feature)) this.#matrices.delete(feature);
    }
  }

  async #compareWaveforms(similarity: SimilarityMatrix, context: RunContext): Promise<void> {
    const { waveforms, indices, channelLocationsUm, channelShanks, peakChannels } = this.units;
    const [, channels, samples] = waveforms.shape as [number, number, number];
    const { correctionSeconds } = await context.stage('similarity', (options) =>
      runNative(
        (native, control) =>
          native.waveformSimilarity({
            ...control,
            waveforms: waveforms.data,
            units: indices,
            channels,
            samples,
            channelLocationsUm,
            channelShanks,
            nearestChannels: this.nearestChannels,
            peakChannels,
            shiftsUm: this.#correction && distinctShifts(this.#correction),
            similarity,
          }),
        options,
      ),
    );
    context.addSeconds('correction', correctionSeconds);
    context.addSeconds('similarity', -correctionSeconds);
    this.#waveformIsCurrent = true;
  }

  async #compareRows(feature: Exclude<FeatureName, 'Waveform'>, similarity: SimilarityMatrix, context: RunContext) {
    const rows = this.units.rows(feature);
    const gapNames = feature === 'PETH' && rows.some(Number.isNaN) ? this.units.indices : undefined;
    await context.stage('similarity', (options) =>
      runNative(
        (native, control) => native.rowSimilarity({ ...control, rows, count: this.units.count, gapNames, similarity }),
        options,
      ),
    );
  }
}
