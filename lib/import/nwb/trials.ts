import type { ArrayTree } from '../../files/array_tree.js';
import { fileError } from '../../files/file_error.js';
import type { Events } from '../events.js';

/**
 * Times of a column of the trials, ms, by the values of another column. Trials without the time (NaN) are left out. Rejects with DANT_DATA
 * if there are no such columns.
 * @param msPerUnit Of the file's times
 */
export async function readTrials(
  tree: ArrayTree,
  column: string,
  condition: string | undefined,
  msPerUnit: number,
): Promise<Events> {
  const table = 'intervals/trials';
  const columns = await tree.members(table);
  if (columns === undefined) throw fileError(tree.path, `there is no table ${table}.`);
  for (const name of [column, condition]) {
    if (name === undefined || columns.includes(name)) continue;
    throw fileError(tree.path, `${table} has no column ${name}; it has ${columns.join(', ')}.`);
  }
  const times = await tree.numbers(`${table}/${column}`);
  const values = condition === undefined ? undefined : await conditionsOf(tree, `${table}/${condition}`, times.length);
  const byType = new Map<string, number[]>();
  times.forEach((time, row) => {
    if (!Number.isFinite(time)) return;
    const type = values === undefined ? column : `${column} / ${values[row]!}`;
    byType.set(type, [...(byType.get(type) ?? []), time * msPerUnit]);
  });
  if (byType.size === 0) throw fileError(tree.path, `${table}/${column} has no times.`);
  const sorted = [...byType].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(sorted.map(([type, list]) => [type, Float64Array.from(list).sort()]));
}

async function conditionsOf(tree: ArrayTree, name: string, trials: number): Promise<(string | number)[]> {
  const described = await tree.describe(name);
  const values = described?.isText ? await tree.texts(name) : [...(await tree.numbers(name))];
  if (values.length === trials) return values;
  throw fileError(tree.path, `${name} has ${values.length} values but there are ${trials} trials.`);
}
