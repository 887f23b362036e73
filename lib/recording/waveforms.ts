import { elementCount, type NdArray } from '../arrays.js';
import { argumentError } from '../errors.js';

/** Mean waveforms of all units, (N units, C channels, T samples), µV. */
export type Waveforms = NdArray<Float32Array | Float64Array>;

/** The lengths of the axes of waveforms, whose type and shape it checks. */
export function waveformAxes(waveforms: Waveforms): { units: number; channels: number; samples: number } {
  const { data, shape = [] } = (waveforms as Partial<Waveforms> | undefined) ?? {};
  const lengths = Array.isArray(shape) ? (shape as number[]) : [];
  const [units = 0, channels = 0, samples = 0] = lengths;
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  if (!isFloat || lengths.length !== 3 || channels === 0 || samples === 0 || elementCount(lengths) !== data.length) {
    throw argumentError(
      'waveforms',
      'a Float32Array or Float64Array of shape (units, channels, samples), at least one channel and one sample,',
      waveforms,
    );
  }
  return { units, channels, samples };
}
