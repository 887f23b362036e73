import { doublesOf, requireInteger, requireList, requireObject, requireText, steeringOf } from '../arguments.js';
import { medianOf } from '../arrays.js';
import { outputError } from '../files/file_error.js';
import { replaceText } from '../files/text_file.js';
import { csvLine } from '../import/csv.js';
import type { RunOptions } from '../native/run.js';
import { writeTable } from '../processing/table_output.js';
import type { AlignedTable } from './aligned_table.js';
import { requireIds } from './arguments.js';
import { requireSession } from './session_arguments.js';
import type { SessionData } from './session_data.js';
import { spikeWidth, waveformMetrics } from './waveform_metrics.js';

/** Shape of the spikes of a unit of a session. */
export interface UnitWaveformMetrics {
  session: string;
  /** Of the cluster */
  unit: number;
  /** Values in the order of `waveformMetricNames`; NaN: it has none */
  values: number[];
  /** Why it has no metrics of its median waveform; undefined: it has */
  problem: string | undefined;
}

/** Spikes that were looked at (500 at most), median of their widths, and metrics of their median waveform; see `WaveformMetrics` */
export const waveformMetricNames = [
  'spikes',
  'median_width_ms',
  'trough_to_peak_ms',
  'trough_peak_ratio',
  'half_width_ms',
  'repolarisation_slope',
  'recovery_slope',
] as const;

/**
 * Spike widths and waveform metrics of units of a session. Their waveforms are kept in its cache, where `selectUnits` finds them too. Rejects with
 * DANT_DATA if the raw recording cannot be read.
 */
export async function unitWaveformMetrics(
  session: SessionData,
  ids: readonly number[],
  run: RunOptions = {},
): Promise<UnitWaveformMetrics[]> {
  requireSession('session', session);
  requireIds('ids', ids);
  run = steeringOf('run', run);
  if (ids.length === 0) return [];
  return metricsOf(session.session.name, await session.spikeWaveforms(ids, run), ids);
}

/** Of a table of `spikeWaveforms`. */
export function metricsOf(session: string, waveforms: AlignedTable, ids: readonly number[]): UnitWaveformMetrics[] {
  const units = waveforms.level('unit');
  const times = Float64Array.from(waveforms.index.values as ArrayLike<number>);
  const columns = new Map<number, number[]>(ids.map((id) => [id, []]));
  for (let k = 0; k < waveforms.columns; k++) columns.get(units[k] as number)?.push(k);
  return ids.map((unit) => {
    const own = columns.get(unit)!.map((k) => waveforms.column(k));
    const width = medianOf(own.map((waveform) => spikeWidth(waveform, times)));
    const median = Float64Array.from(times, (_, i) => medianOf(own.map((waveform) => waveform[i]!)));
    const found = own.length === 0 ? 'it has no spike whose waveform is whole' : waveformMetrics(median, times);
    const problem = typeof found === 'string' ? found : undefined;
    const metrics =
      typeof found === 'string'
        ? new Array<number>(5).fill(NaN)
        : [
            found.troughToPeakMs,
            found.troughPeakRatio,
            found.halfWidthMs,
            found.repolarisationSlope,
            found.recoverySlope,
          ];
    return { session, unit, values: [own.length, width, ...metrics], problem };
  });
}

/**
 * Writes a row for each unit and a column for each metric, in the place of a file that is there: .csv, .npz, or .h5 with the row levels `session`
 * and `unit`, which `pandas.read_hdf(path, 'df')` reads. Rejects with DANT_OUTPUT.
 */
export async function writeWaveformMetrics(path: string, units: readonly UnitWaveformMetrics[]): Promise<void> {
  requireText('path', path);
  const rows = requireList('units', units).map((one, u) => {
    const { session, unit, values } = requireObject(`units[${u}]`, one);
    requireText(`units[${u}].session`, session);
    requireInteger(`units[${u}].unit`, unit, 0);
    return { session, unit, values: doublesOf(`units[${u}].values`, values, waveformMetricNames.length) };
  });
  if (/\.csv$/i.test(path)) {
    const lines = rows.map(({ session, unit, values }) =>
      csvLine([session, unit, ...Array.from(values, (value) => (Number.isNaN(value) ? undefined : value))]),
    );
    await replaceText(path, csvLine(['session', 'unit', ...waveformMetricNames]) + lines.join(''));
    return;
  }
  if (!/\.(h5|npz)$/i.test(path)) throw outputError(path, 'expected a file that ends in .h5, .npz or .csv.');
  await writeTable(path, {
    columns: [{ name: 'metric', values: [...waveformMetricNames] }],
    rows: rows.length,
    type: 'float64',
    blocks: [Float64Array.from(rows.flatMap(({ values }) => Array.from(values)))],
    index: [
      { name: 'session', values: rows.map(({ session }) => session) },
      { name: 'unit', values: rows.map(({ unit }) => unit) },
    ],
  });
}
