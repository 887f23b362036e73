import { requireObject } from '../../arguments.js';
import { DantError } from '../../errors.js';
import {
  arrayOf,
  doubles,
  isTable,
  lengthOf,
  numbersOf,
  takeRows,
  type AlfArray,
  type AlfObject,
} from './alf_object.js';
import { alfObjectOf } from './arguments.js';
import { unitMetrics } from './metrics/unit_metrics.js';

/** What is merged, as `loadSpikeSorting` gives it. */
export interface MergeInput {
  spikes: AlfObject;
  clusters: AlfObject;
  channels: AlfObject;
}

/**
 * Everything known about each cluster, as arrays over clusters: the attributes of `clusters`, a column of each quality metric, and each
 * attribute of `channels` at the cluster's channel. Metrics are the sorting's table, or computed from the spikes where there is none
 * for all clusters (`unitMetrics`). Nothing that is passed in is changed.
 * @throws DANT_INPUT if clusters.channels is missing or names a channel that there is not, or if metrics are needed and `times`, `amps` or
 * `depths` of the spikes are missing.
 */
export function mergeClusters(input: MergeInput): Record<string, AlfArray> {
  const given = requireObject('input', input);
  const spikes = alfObjectOf('spikes', given.spikes);
  const clusters = alfObjectOf('clusters', given.clusters);
  const channels = alfObjectOf('channels', given.channels);
  const rows = numbersOf(clusters, 'channels');
  if (rows === undefined) throw missing('clusters.channels');
  const merged: Record<string, AlfArray> = {};
  for (const [key, value] of Object.entries(clusters)) if (!isTable(value)) merged[key] = value;
  const { metrics } = clusters;
  const count = rows.length;
  if (isTable(metrics) && metrics.rows === count) {
    for (const [name, data] of Object.entries(metrics.columns)) merged[name] = { data, shape: [count] };
  } else {
    for (const [name, data] of Object.entries(metricsOf(spikes, count))) merged[name] = { data, shape: [count] };
  }
  for (const key of Object.keys(channels)) {
    const values = arrayOf(channels, key);
    if (values === undefined) continue;
    const wrong = rows.find((row) => !(row >= 0 && row < lengthOf(values)));
    if (wrong !== undefined) {
      throw new DantError(
        'DANT_INPUT',
        `clusters.channels names the channel ${wrong}, but channels.${key} has only ${lengthOf(values)}. Are both of one sorting?`,
      );
    }
    merged[key] = takeRows(values, rows);
  }
  return merged;
}

function metricsOf(spikes: AlfObject, count: number) {
  const need = (key: string) => {
    const values = numbersOf(spikes, key);
    if (values === undefined) throw missing(`spikes.${key}`);
    return values;
  };
  const times = need('times');
  const parts = { clusters: need('clusters'), amplitudes: need('amps'), depths: need('depths') };
  const other = Object.entries(parts).find(([, values]) => values.length !== times.length);
  if (other) {
    throw new DantError(
      'DANT_INPUT',
      `Spikes have ${times.length} times but ${other[1].length} ${other[0]}. Are they of one sorting and revision?`,
    );
  }
  const { clusters, amplitudes, depths } = parts;
  return unitMetrics(
    {
      timesS: doubles(times),
      clusters,
      amplitudesV: doubles(amplitudes),
      depthsUm: depths instanceof Float32Array ? depths : doubles(depths),
    },
    count,
  );
}

function missing(what: string): DantError {
  return new DantError(
    'DANT_INPUT',
    `${what} is missing: ${what.startsWith('spikes') ? 'the table clusters.metrics is not of all clusters, and metrics cannot be computed without it' : 'it tells where each cluster is'}.`,
  );
}
