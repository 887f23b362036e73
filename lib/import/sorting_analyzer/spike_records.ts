import { fileError } from '../../files/file_error.js';
import { npyPreambleBytes, parseNpyPreamble } from '../../files/npy_header.js';
import { parsePythonLiteral } from '../../files/python_literal.js';
import { fileSource } from '../../files/sources.js';
import { openFile, readFully } from '../open_file.js';
import type { SpikeRecords } from './analyzer_store.js';

const recordsAtOnce = 2 ** 18;
const wanted = ['sample_index', 'unit_index', 'segment_index'] as const;

/** The records of a spikes.npy of SpikeInterface, three whole numbers each, block by block. Rejects with DANT_DATA. */
export async function* readSpikeRecords(path: string): AsyncGenerator<SpikeRecords> {
  const handle = await openFile(path);
  try {
    const { size } = await handle.stat();
    const source = fileSource(handle, path, size);
    const preamble = new Uint8Array(Math.min(npyPreambleBytes, size));
    const { start, length } = parseNpyPreamble(path, preamble.subarray(0, await source.read(preamble)));
    const header = Buffer.alloc(length);
    await readFully(handle, path, header, start);
    const { offsets, recordBytes, count } = layoutOf(path, header.toString('latin1'));
    const needed = start + length + count * recordBytes;
    if (size < needed) {
      throw fileError(
        path,
        `the file is cut off: ${count} spikes need ${needed} bytes but it has ${size}. Copy it anew.`,
      );
    }
    const bytes = Buffer.alloc(recordsAtOnce * recordBytes);
    for (let first = 0; first < count; first += recordsAtOnce) {
      const records = Math.min(recordsAtOnce, count - first);
      const block = bytes.subarray(0, records * recordBytes);
      await readFully(handle, path, block, start + length + first * recordBytes);
      const numbers = new BigInt64Array(bytes.buffer, bytes.byteOffset, (records * recordBytes) / 8);
      const step = recordBytes / 8;
      const column = (offset: number) => {
        const values = new Float64Array(records);
        for (let i = 0; i < records; i++) values[i] = Number(numbers[i * step + offset / 8]!);
        return values;
      };
      const [samples, units, segments] = offsets.map(column) as [Float64Array, Float64Array, Float64Array];
      yield { samples, units, segments };
    }
  } finally {
    await handle.close();
  }
}

function layoutOf(path: string, text: string): { offsets: number[]; recordBytes: number; count: number } {
  const wrong = (found: string) =>
    fileError(path, `expected records with ${wanted.join(', ')} of the type <i8 but found ${found}.`);
  let header;
  try {
    header = parsePythonLiteral(text) as { descr?: unknown; shape?: unknown };
  } catch (error) {
    throw fileError(path, `the .npy header cannot be read (${(error as Error).message}): the file is damaged.`, error);
  }
  const { descr, shape } = header;
  if (!Array.isArray(descr)) throw wrong(JSON.stringify(descr));
  const fields = descr as [string, string][];
  if (fields.some(([, type]) => type !== '<i8')) throw wrong(JSON.stringify(descr));
  const offsets = wanted.map((name) => 8 * fields.findIndex(([own]) => own === name));
  if (offsets.some((offset) => offset < 0)) throw wrong(JSON.stringify(descr));
  if (!Array.isArray(shape) || shape.length !== 1) throw wrong(`the shape ${JSON.stringify(shape)}`);
  return { offsets, recordBytes: 8 * fields.length, count: shape[0] as number };
}
