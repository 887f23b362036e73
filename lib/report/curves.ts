import type { NdArray } from '../arrays.js';
import { callNative } from '../native/run.js';
import { curveGap, curveTop, type PackedCurve } from './packed.js';
import type { StoredSettings } from '../results/stored_result.js';

/** Curves of all units, at the precision of a display; see `PackedCurve`. */
export interface UnitCurves {
  about: PackedCurve;
  /** (N, points) */
  bytes: Uint8Array;
  /** (N) */
  low: Float32Array;
  high: Float32Array;
}

/** Spike statistics that every unit has a curve of: (N, ·) each; undefined: not known. */
export interface SpikeStatistics {
  autoCorrelograms: NdArray<Float64Array> | undefined;
  isiHistograms: NdArray<Float64Array> | undefined;
  peth: NdArray<Float64Array> | undefined;
}

/** The curves that a report shows of each unit. */
export function unitCurves(
  { autoCorrelograms, isiHistograms, peth }: SpikeStatistics,
  settings: StoredSettings | undefined,
): UnitCurves[] {
  const lagMs = settings?.autoCorr?.binwidth;
  const isiMs = settings?.ISI?.binwidth;
  return [
    // The correlogram is symmetric: its right half says all.
    ...curvesOf(autoCorrelograms, 'Autocorrelogram', lagMs ? 'lag (ms)' : 'lag (bins)', [0, lagMs ?? 1], true),
    ...curvesOf(isiHistograms, 'Inter-spike intervals', isiMs ? 'interval (ms)' : 'interval (bins)', [
      (isiMs ?? 1) / 2,
      isiMs ?? 1,
    ]),
    ...curvesOf(peth, 'Peri-event histogram', 'bin', [0, 1]),
  ];
}

/** None if the statistic is not known. */
function curvesOf(
  table: NdArray<Float64Array> | undefined,
  title: string,
  xTitle: string,
  x: [number, number],
  isRightHalf = false,
): UnitCurves[] {
  if (!table) return [];
  const [units, given] = table.shape as [number, number];
  const points = isRightHalf ? Math.floor((given + 1) / 2) : given;
  const bytes = new Uint8Array(units * points);
  const [low, high] = [new Float32Array(units), new Float32Array(units)];
  callNative((native) => {
    native.packCurves({ curves: table.data, top: curveTop, gap: curveGap, bytes, low, high });
  });
  return [{ about: { title, xTitle, points, x }, bytes, low, high }];
}
