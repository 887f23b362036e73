import { join } from 'node:path';

import { listed } from '../dataset/findings.js';
import { fileError } from '../files/file_error.js';
import { readClusterTable, type ClusterTable } from './tables.js';

/** What a cluster is called where neither the sorter nor anybody else judged it. */
export const unsorted = 'unsorted';

/**
 * Labels of clusters, in lower case. What somebody chose in phy (cluster_group.tsv, else cluster_info.tsv) wins over the
 * sorter's own label. A cluster without either is `unsorted`.
 */
export async function readLabels(folder: string): Promise<(cluster: number) => string> {
  return labelsIn(await readLabelTables(folder));
}

/** Those of the sorter's and phy's tables of clusters that are in the folder, the ones that win first. */
export async function readLabelTables(folder: string): Promise<ClusterTable[]> {
  const tables = await Promise.all(
    ['cluster_group.tsv', 'cluster_groups.csv', 'cluster_info.tsv', 'cluster_KSLabel.tsv'].map((name) =>
      readClusterTable(join(folder, name)),
    ),
  );
  return tables.filter((table) => table !== undefined);
}

/** Labels by the tables of a folder, as of `readLabels`. */
export function labelsIn(tables: readonly ClusterTable[]): (cluster: number) => string {
  return (cluster) =>
    labelIn(tables, 'group', cluster, (label) => label !== unsorted) ??
    labelIn(tables, 'KSLabel', cluster, () => true) ??
    unsorted;
}

/** What a column of the first table that has something that counts says of a cluster, in lower case. */
export function labelIn(
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

/** Columns of a table that are taken for the label where it has several: as phy, Bombcell and others call it. */
export const labelColumns = [
  'label',
  'group',
  'bc_unittype',
  'unittype',
  'unit_type',
  'bombcell_label',
  'quality',
  'kslabel',
];

/**
 * Labels in a table of somebody’s own, in lower case: cluster ids and one more column, or one that is called label, group,
 * bc_unitType, unitType, quality or KSLabel. Rejects with DANT_DATA if no column can be it.
 */
export async function readLabelTable(path: string): Promise<ReadonlyMap<number, string>> {
  const table = await readClusterTable(path);
  if (table === undefined) throw fileError(path, 'there is no such file.');
  const { columns, rows } = table;
  const column =
    columns.length === 1
      ? columns[0]
      : labelColumns.flatMap((name) => columns.find((c) => c.toLowerCase() === name) ?? [])[0];
  if (column === undefined) {
    throw fileError(
      path,
      columns.length === 0
        ? 'expected a column with labels beside the ids.'
        : `which column holds the labels? Call it label. The table has ${listed(columns)}.`,
    );
  }
  return new Map(
    [...rows].map(([id, row]) => [id, row[column]!.toLowerCase()] as const).filter(([, label]) => label !== ''),
  );
}
