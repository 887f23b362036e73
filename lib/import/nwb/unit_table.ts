import type { ArrayTree } from '../../files/array_tree.js';
import { fileError } from '../../files/file_error.js';
import { labelsFrom } from '../sorted_session.js';

/** Where the values of a unit are in a column of a table: `bounds[u]` to `bounds[u + 1]`. */
export type Bounds = Float64Array;

/** The units table of an NWB file. */
export interface UnitTable {
  columns: string[];
  count: number;
  ids: (string | number)[];
  /** Lower case; undefined: nobody judged it */
  labels: (string | undefined)[];
  spikes: Bounds;
}

/**
 * Reads the units of an NWB file, but for their spikes and waveforms. Rejects with DANT_DATA.
 * @param labelColumn The column with the labels; default: label, group, quality, KSLabel or the like
 */
export async function readUnitTable(tree: ArrayTree, labelColumn: string | undefined): Promise<UnitTable> {
  const columns = await tree.members('units');
  if (columns === undefined) throw fileError(tree.path, 'there is no table "units": this session is not sorted.');
  if (!columns.includes('id')) throw fileError(tree.path, 'units has no column id.');
  const numbers = [...(await tree.numbers('units/id'))];
  const count = numbers.length;
  if (count === 0) throw fileError(tree.path, 'the table "units" is empty.');
  const isNamed = columns.includes('unit_name') && (await tree.describe('units/unit_name'))?.isText === true;
  const ids = isNamed ? await tree.texts('units/unit_name') : numbers;
  if (labelColumn !== undefined && !columns.includes(labelColumn)) {
    throw fileError(tree.path, `units has no column ${labelColumn}; it has ${columns.join(', ')}.`);
  }
  const values = (column: string) => columnTexts(tree, `units/${column}`, count);
  const labels =
    labelColumn === undefined
      ? await labelsFrom(columns, count, values)
      : (await values(labelColumn))?.map((value) => (value === '' ? undefined : value.toLowerCase()));
  if (labels === undefined) throw fileError(tree.path, `units/${labelColumn!}: expected one label for each unit.`);
  return { columns, count, ids, labels, spikes: await boundsOf(tree, columns, 'spike_times', count) };
}

/** Texts, or numbers as texts; undefined: they are not one for each unit. */
async function columnTexts(tree: ArrayTree, name: string, count: number): Promise<string[] | undefined> {
  const described = await tree.describe(name);
  if (described?.shape.length !== 1 || described.shape[0] !== count) return undefined;
  return described.isText ? tree.texts(name) : Array.from(await tree.numbers(name), String);
}

/** Of a column with several values for each unit, whose ends stand in its index. Rejects with DANT_DATA. */
export async function boundsOf(
  tree: ArrayTree,
  columns: readonly string[],
  column: string,
  count: number,
): Promise<Bounds> {
  const name = `units/${column}`;
  const index = `${name}_index`;
  const described = columns.includes(column) ? await tree.describe(name) : undefined;
  if (described === undefined || !columns.includes(`${column}_index`)) {
    throw fileError(
      tree.path,
      `units has no ${columns.includes(column) ? `${column}_index` : column}; it has ${columns.join(', ')}.`,
    );
  }
  const ends = await tree.numbers(index);
  const bounds = new Float64Array(count + 1);
  bounds.set(ends.subarray(0, count), 1);
  const rows = described.shape[0] ?? 0;
  const wrong = ends.length !== count || bounds.some((end, i) => i > 0 && end < bounds[i - 1]!);
  if (wrong) throw fileError(tree.path, `${index}: expected ${count} ascending ends, one for each unit.`);
  if (bounds[count]! > rows) {
    throw fileError(
      tree.path,
      `${index} goes to ${bounds[count]!}, beyond the end of ${name}, which has ${rows} values.`,
    );
  }
  return bounds;
}
