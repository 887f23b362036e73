import { fileError } from '../files/file_error.js';
import { Hdf5File } from '../files/hdf5.js';
import { readNpy } from '../files/npy.js';
import { AlignedTable } from './aligned_table.js';
import { checkDuration, timeIndex } from './spikes.js';
import type { Trial } from './trials.js';

/** A signal of a recording at 1 kHz whose rows are those of the action labels. */
export interface ContinuousSignal {
  path: string;
  rows: number;
  /** Names of the columns (C), by level */
  columns: readonly { name: string; values: readonly string[] | readonly number[] }[];
  /** (end − first, C) */
  read(first: number, end: number): Promise<Float64Array>;
  close(): Promise<void>;
}

/**
 * Opens what was processed: a frame of pandas (`.h5`, ours or the original's), or an array (ms, C) as .npy. Rejects with DANT_DATA.
 * @param level What a column is called: unit, ROI
 */
export async function openContinuous(path: string, level: string): Promise<ContinuousSignal> {
  if (/\.npy$/i.test(path)) {
    const { data, shape } = await readNpy(path, { as: 'float64' });
    const [rows = 0, width = 1] = shape;
    return {
      path,
      rows,
      columns: [{ name: level, values: Array.from({ length: width }, (_, c) => c) }],
      read: (first, end) => Promise.resolve(data.subarray(first * width, end * width)),
      close: () => Promise.resolve(),
    };
  }
  const file = await Hdf5File.open(path);
  try {
    const values = await file.describe('df/block0_values');
    if (values?.shape.length !== 2) {
      throw fileError(path, 'expected a table of pandas under the key df, in its fixed format.');
    }
    const blocks = (await file.attributes('df')).nblocks;
    if (Number(blocks) !== 1) throw fileError(path, 'the columns of its table are of several types; expected one.');
    return {
      path,
      rows: values.shape[0]!,
      columns: await axisOf(file, 'df/block0_items', level),
      read: (first, end) => file.numbers('df/block0_values', first, end),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

async function axisOf(file: Hdf5File, name: string, level: string): Promise<ContinuousSignal['columns']> {
  const namesOf = async (array: string) =>
    // Texts of fixed length are no texts to the file itself.
    (await file.attributes(array)).kind === 'string' ? await file.texts(array) : Array.from(await file.numbers(array));
  if ((await file.describe(name)) !== undefined) return [{ name: level, values: await namesOf(name) }];
  const count = Number((await file.attributes('df'))[`${name.split('/').at(-1)!}_nlevels`] ?? 0);
  return Promise.all(
    Array.from({ length: count }, async (_, l) => {
      const unique = (await namesOf(`${name}_level${l}`)) as string[];
      const labels = await file.numbers(`${name}_label${l}`);
      const given = (await file.attributes(`${name}_level${l}`)).name;
      return {
        name: typeof given === 'string' && given !== 'N.' && given !== '' ? given : `level_${l}`,
        values: Array.from(labels, (label) => unique[label]!),
      };
    }),
  );
}

/**
 * Signals around events: columns of the signal by `trial` (numbered without gaps), rows `time` in s, the event at 0. NaN where there are no
 * data: beyond the ends of a recording. All recordings must have the same columns; rejects with DANT_DATA.
 * @param signals Of each recording; undefined: it has none
 */
export async function alignContinuous(
  signals: readonly (ContinuousSignal | undefined)[],
  trials: readonly Trial[],
  durationS: number,
): Promise<AlignedTable> {
  const durationMs = checkDuration(durationS);
  const present = trials.filter(({ recording }) => signals[recording] !== undefined);
  const first = signals.find((signal) => signal !== undefined);
  const columns = first?.columns ?? [{ name: 'unit', values: [] }];
  const width = columns[0]!.values.length;
  const other = signals.find((signal) => signal && JSON.stringify(signal.columns) !== JSON.stringify(columns));
  if (other) throw fileError(other.path, `its columns are not those of ${first!.path}. Are both of one session?`);
  const data = new Float64Array(width * present.length * durationMs).fill(NaN);
  for (const [t, { recording, eventMs }] of present.entries()) {
    const signal = signals[recording]!;
    const begin = eventMs - durationMs / 2 + 1;
    const from = Math.min(signal.rows, Math.max(0, begin));
    const to = Math.min(signal.rows, begin + durationMs);
    if (to <= from) continue;
    const values = await signal.read(from, to);
    for (let row = from; row < to; row++) {
      for (let c = 0; c < width; c++) {
        data[(c * present.length + t) * durationMs + row - begin] = values[(row - from) * width + c]!;
      }
    }
  }
  const repeated = (values: readonly (string | number)[]) => values.flatMap((value) => present.map(() => value));
  return new AlignedTable(
    [
      ...columns.map(({ name, values }) => ({ name, values: repeated(values) as number[] })),
      { name: 'trial', values: Array.from({ length: width }, () => present.map((_, t) => t)).flat() },
    ],
    timeIndex(durationMs),
    data,
  );
}
