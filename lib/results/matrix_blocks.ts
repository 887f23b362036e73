import { blockBytes } from '../files/output_file.js';
import type { ArrayType, Space } from '../files/write_elements.js';
import type { RunOptions } from '../native/run.js';
import { fillMatrixRows, fillPairSimilarities, type CombinedSimilarity } from '../similarity/combined.js';
import type { FisherZ } from '../similarity/compare.js';
import type { GroupResult } from '../tracking/result.js';
import { clusteringColumns } from './clustering_columns.js';
import { scopeLabels, type Scope } from './scope.js';

type Fill<Data> = (
  args: { rows: Int32Array; outRows: Int32Array; columns: Int32Array; width: number; out: Data },
  group: GroupResult | undefined,
) => Promise<void>;

/** Blocks of rows of a matrix between the folder's units; zero between units of different groups. */
async function* blocksOfRows<Data extends Float64Array | Uint8Array>(
  scope: Scope,
  space: Space,
  type: ArrayType<Data>,
  parts: readonly { group?: GroupResult; places: Int32Array }[],
  fill: Fill<Data>,
): AsyncGenerator<Data> {
  const width = scope.units.length;
  const rowsPerBlock = Math.max(1, Math.min(width, Math.floor(blockBytes / type.BYTES_PER_ELEMENT / width)));
  for (let first = 0; first < width; first += rowsPerBlock) {
    const rowCount = Math.min(rowsPerBlock, width - first);
    const out = await space(type, rowCount * width);
    if (parts.length > 1) out.fill(0);
    for (const { group, places } of parts) {
      const rows = Int32Array.from(
        [...places.keys()].filter((unit) => places[unit]! >= first && places[unit]! < first + rowCount),
      );
      const outRows = rows.map((unit) => places[unit]! - first);
      await fill({ rows, outRows, columns: places, width, out }, group);
    }
    yield out;
  }
}

/** Fisher z by one feature (n, n). */
export function featureBlocks(
  scope: Scope,
  matrix: (group: GroupResult) => FisherZ,
  space: Space,
  options: RunOptions,
) {
  return blocksOfRows(scope, space, Float64Array, scope.groups, (args, group) =>
    fillMatrixRows(
      {
        ...args,
        kind: 'similarity',
        units: group!.units.length,
        features: [matrix(group!)],
        weights: Float64Array.of(1),
      },
      options,
    ),
  );
}

/** Combined similarity or distance (n, n). */
export function combinedBlocks(scope: Scope, kind: 'similarity' | 'distance', space: Space, options: RunOptions) {
  return blocksOfRows(scope, space, Float64Array, scope.groups, (args, group) =>
    fillMatrixRows({ ...args, kind, ...combined(group!) }, options),
  );
}

/** Whether pairs are good matches (n, n); none but the diagonal without a threshold. */
export function goodMatchBlocks(scope: Scope, space: Space, options: RunOptions) {
  return blocksOfRows(scope, space, Uint8Array, scope.groups, (args, group) =>
    fillMatrixRows(
      {
        ...args,
        kind: 'goodMatches',
        threshold: clusteringColumns(group!).threshold ?? Infinity,
        ...combined(group!),
      },
      options,
    ),
  );
}

/** Whether units are in the same cluster (n, n). */
export function sameClusterBlocks(
  scope: Scope,
  which: 'labels' | 'labelsBeforeCuration',
  space: Space,
  options: RunOptions,
) {
  const labels = scopeLabels(scope, which);
  const places = Int32Array.from(labels, (_, i) => i);
  return blocksOfRows(scope, space, Uint8Array, [{ places }], (args) =>
    fillMatrixRows({ ...args, kind: 'sameCluster', labels }, options),
  );
}

/** Similarities of the nearby pairs (P, features), group after group. */
export async function* pairSimilarityBlocks(groups: readonly GroupResult[], space: Space, options: RunOptions) {
  for (const group of groups) {
    const { nearbyPairs } = group;
    const columns = combined(group);
    const width = columns.features.length;
    const step = 2 * Math.max(1, Math.floor(blockBytes / (width * Float64Array.BYTES_PER_ELEMENT)));
    for (let first = 0; first < nearbyPairs.length; first += step) {
      const pairs = nearbyPairs.subarray(first, first + step);
      const out = await space(Float64Array, (pairs.length / 2) * width);
      await fillPairSimilarities(columns, pairs, out, options);
      yield out;
    }
  }
}

function combined(group: GroupResult): CombinedSimilarity {
  const { units, features, weights } = clusteringColumns(group);
  return { units, features, weights };
}
