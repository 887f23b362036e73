import { join } from 'node:path';

import { readClusterTable, type ClusterTable } from './tables.js';

/** What a cluster is called where neither the sorter nor anybody else judged it. */
export const unsorted = 'unsorted';

/**
 * Labels of clusters, in lower case. What somebody chose in phy (cluster_group.tsv, else cluster_info.tsv) wins over the
 * sorter's own label. A cluster without either is `unsorted`.
 */
export async function readLabels(folder: string): Promise<(cluster: number) => string> {
  const tables = await Promise.all(
    ['cluster_group.tsv', 'cluster_groups.csv', 'cluster_info.tsv', 'cluster_KSLabel.tsv'].map((name) =>
      readClusterTable(join(folder, name)),
    ),
  );
  const present = tables.filter((table) => table !== undefined);
  return (cluster) =>
    labelIn(present, 'group', cluster, (label) => label !== unsorted) ??
    labelIn(present, 'KSLabel', cluster, () => true) ??
    unsorted;
}

function labelIn(
  tables: readonly ClusterTable[],
  column: string,
  cluster: number,
  counts: (label: string) => boolean,
): string | undefined {
  for (const { rows } of tables) {
    const label = rows.get(cluster)?.[column]?.toLowerCase() ?? '';
    if (label !== '' && label !== 'nan' && counts(label)) return label;
  }
  return undefined;
}
