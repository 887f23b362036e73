import { fileError } from '../../files/file_error.js';
import type { ArrayTree } from '../../files/array_tree.js';
import { readNumeric } from '../../dataset/numeric_file.js';
import { shanksByPosition, type Site } from '../sites.js';

/** The electrodes of an NWB file. */
export interface Electrodes {
  /** Rows of the table */
  sites: Site[];
  /** (rows) */
  ids: number[];
  /** (rows) name of the group, which is a shank or a probe */
  groups: string[];
  /** Columns that the positions are from, or the file */
  positionsFrom: string;
}

export const electrodeTable = 'general/extracellular_ephys/electrodes';
/** Across the probe, and along it; x, y and z of the table are places in the brain. */
const positionColumns = [
  ['rel_x', 'rel_y'],
  ['probe_horizontal_position', 'probe_vertical_position'],
] as const;
const shankColumns = ['shank', 'shank_id', 'shank_index', 'probe_shank'];

/**
 * Reads the electrode table. Rejects with DANT_DATA if it does not tell where the sites are.
 * @param positions .npy with a position (µm) for each row, instead of the table's
 */
export async function readElectrodes(tree: ArrayTree, positions: string | undefined): Promise<Electrodes> {
  const columns = await tree.members(electrodeTable);
  if (columns === undefined) throw fileError(tree.path, `there is no ${electrodeTable}.`);
  const column = (name: string) => `${electrodeTable}/${name}`;
  const ids = columns.includes('id') ? [...(await tree.numbers(column('id')))] : [];
  const count = ids.length;
  const pair = positionColumns.find((names) => names.every((name) => columns.includes(name)));
  let x: Float64Array;
  let y: Float64Array;
  if (positions !== undefined) {
    [x, y] = await readPositions(positions, count);
  } else if (pair !== undefined) {
    [x, y] = [await tree.numbers(column(pair[0])), await tree.numbers(column(pair[1]))];
  } else {
    throw fileError(
      tree.path,
      `${electrodeTable} has no ${positionColumns.map((names) => names.join(' and ')).join(', nor ')}, so nothing says where the sites are on the probe; ` +
        `it has ${columns.join(', ')}. Give their positions in µm: --positions channel_locations.npy, a row for each electrode.`,
    );
  }
  const missing = x.findIndex((value, row) => !Number.isFinite(value) || !Number.isFinite(y[row]));
  if (missing >= 0) {
    throw fileError(
      tree.path,
      `${electrodeTable}: electrode ${missing + 1} has no position in ${pair?.join(', ') ?? positions!} (NaN). Give the positions with --positions.`,
    );
  }
  const groups = columns.includes('group_name')
    ? await tree.texts(column('group_name'))
    : new Array<string>(count).fill('');
  const names = await shankNames(tree, columns, groups);
  const order = [...new Set(names)].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const shanks = order.length > 1 ? names.map((name) => order.indexOf(name)) : shanksByPosition([...x]);
  return {
    sites: Array.from(x, (value, row) => ({ shank: shanks[row]!, x: value, y: y[row]! })),
    ids,
    groups,
    positionsFrom: positions ?? pair!.join(', '),
  };
}

/** Of which shank each electrode is: a column that says so, together with the group. */
async function shankNames(tree: ArrayTree, columns: readonly string[], groups: readonly string[]): Promise<string[]> {
  const column = shankColumns.find((name) => columns.includes(name));
  if (column === undefined) return [...groups];
  const name = `${electrodeTable}/${column}`;
  const values = (await tree.describe(name))?.isText
    ? await tree.texts(name)
    : Array.from(await tree.numbers(name), String);
  // Groups that are the shanks themselves add nothing to their order.
  const areShanks = new Set(groups.map((group, row) => `${group} ${values[row]!}`)).size === new Set(values).size;
  return values.map((value, row) => (areShanks ? value : `${groups[row]!} ${value}`));
}

async function readPositions(path: string, count: number): Promise<[Float64Array, Float64Array]> {
  const { data, shape } = await readNumeric(path);
  if (shape.length !== 2 || shape[0] !== count || shape[1] !== 2) {
    throw fileError(
      path,
      `expected the shape (${count}, 2), x and y of each electrode, but found (${shape.join(', ')}).`,
    );
  }
  const axis = (a: number) => Float64Array.from({ length: count }, (_, row) => Number(data[2 * row + a]));
  return [axis(0), axis(1)];
}
