import type { Dataset } from 'h5wasm/node';

import { fileError } from '../files/file_error.js';
import { Hdf5File } from '../files/hdf5.js';
import { hdf5Library } from '../files/hdf5_open.js';

const group = 'df_with_missing';
const rowsAtOnce = 20_000;
/** Filters of the HDF5 library itself; tables of PyTables may have others. */
const knownFilters = [1, 2, 3, 4];

/**
 * The table that DeepLabCut writes as .h5: pandas' table format under df_with_missing. Returns its columns [scorer, bodyparts, coords] and its
 * values (frames, columns). Rejects with DANT_DATA if it is none.
 */
export async function readDeepLabCutTable(path: string): Promise<{ columns: string[][]; values: Float64Array }> {
  // Tells what is wrong with a file that is no HDF5.
  await (await Hdf5File.open(path)).close();
  const { File } = await hdf5Library();
  const file = new File(path, 'r');
  try {
    const table = file.keys().includes(group) ? (file.get(`${group}/table`) as Dataset | null) : null;
    const kind: unknown = table?.attrs.values_block_0_kind?.value;
    if (table === null || typeof kind !== 'string') {
      throw fileError(path, `expected a table ${group} of DeepLabCut. Its .csv can be read too.`);
    }
    if (table.filters.some(({ id }) => !knownFilters.includes(id))) {
      throw fileError(
        path,
        'its table is compressed in a way that cannot be undone here. Take the .csv of DeepLabCut.',
      );
    }
    const columns = pickledTuples(kind);
    const frames = table.shape![0]!;
    const values = new Float64Array(frames * columns.length);
    for (let first = 0; first < frames; first += rowsAtOnce) {
      const rows = table.slice([[first, Math.min(frames, first + rowsAtOnce)]]) as unknown as [bigint, number[]][];
      rows.forEach(([, row], i) => {
        if (row.length !== columns.length)
          throw fileError(path, `its rows have ${row.length} values for ${columns.length} columns.`);
        values.set(row, (first + i) * columns.length);
      });
    }
    return { columns, values };
  } finally {
    file.close();
  }
}

/** Tuples of texts in a pickle of protocol 0, as PyTables keeps names of columns; whatever else it holds is passed over. */
function pickledTuples(pickle: string): string[][] {
  const memo = new Map<string, string>();
  const tuples: string[][] = [];
  let open: string[] | undefined;
  let last: string | undefined;
  for (const found of pickle.matchAll(/([VS])(.*)\n|p(\d+)\n|g(\d+)\n|I(\d+)\n|([(talN.])/g)) {
    const [, isText, text, put, get, , mark] = found;
    if (isText !== undefined) {
      last = isText === 'S' ? text!.replace(/^'|'$/g, '') : unescaped(text!);
      open?.push(last);
    } else if (put !== undefined) {
      if (last !== undefined) memo.set(put, last);
      last = undefined;
    } else if (get !== undefined) {
      const known = memo.get(get);
      if (known !== undefined) open?.push(known);
    } else if (mark === '(') {
      open = [];
    } else if (mark === 't') {
      if (open && open.length > 0) tuples.push(open);
      open = undefined;
      last = undefined;
    }
  }
  return tuples;
}

/** Python's raw-unicode-escape */
const unescaped = (text: string) =>
  text.replace(/\\u([0-9a-fA-F]{4})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
