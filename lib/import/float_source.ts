import { fileError } from '../files/file_error.js';
import { runNative } from '../native/run.js';
import { openFile, readFully } from './open_file.js';
import type { RawSource } from './raw_source.js';

/** µV of a count that floating-point samples become: ±3.3 mV around the mean of each channel; beyond, they are cut off. */
export const floatStepUv = 0.1;

/** Rows whose mean stands for a channel's. */
const meanRows = 30_000;
const pieceBytes = 8 * 2 ** 20;

/**
 * A binary file of single precision, row after row, as counts of `floatStepUv` from the mean that each channel has at its beginning:
 * the filter takes that away, or else the baseline does. Rejects if a sample is NaN or infinite.
 * @param uvPerUnit What 1 is in the file
 */
export async function openFloatFile(
  path: string,
  columns: number,
  rows: number,
  offsetBytes: number,
  uvPerUnit: number,
): Promise<RawSource> {
  const handle = await openFile(path);
  const rowBytes = 4 * columns;
  const pieceRows = Math.max(1, Math.floor(pieceBytes / rowBytes));

  async function readRows(first: number, count: number): Promise<Float32Array> {
    const bytes = new Uint8Array(count * rowBytes);
    await readFully(handle, path, bytes, offsetBytes + first * rowBytes);
    const values = new Float32Array(bytes.buffer);
    const wrong = values.findIndex((value) => !Number.isFinite(value));
    if (wrong < 0) return values;
    throw fileError(
      path,
      `sample ${first + Math.floor(wrong / columns)} of column ${wrong % columns} is ${values[wrong]!}; expected numbers.`,
    );
  }

  let means: Promise<Float64Array> | undefined;
  async function readMeans(): Promise<Float64Array> {
    const sums = new Float64Array(columns);
    const all = Math.min(rows, meanRows);
    for (let first = 0; first < all; first += pieceRows) {
      (await readRows(first, Math.min(pieceRows, all - first))).forEach((value, i) => {
        sums[i % columns]! += value;
      });
    }
    return sums.map((sum) => sum / all);
  }

  return {
    rows,
    columns,
    async read(first, count, to, at, run) {
      const offsets = await (means ??= readMeans());
      const scale = uvPerUnit / floatStepUv;
      for (let done = 0; done < count; done += pieceRows) {
        const piece = Math.min(pieceRows, count - done);
        const values = await readRows(first + done, piece);
        const samples = new Int16Array(values.length);
        for (let i = 0, c = 0; i < values.length; i++, c = c + 1 < columns ? c + 1 : 0) {
          const value = Math.round(scale * (values[i]! - offsets[c]!));
          samples[i] = value > 32_767 ? 32_767 : value < -32_768 ? -32_768 : value;
        }
        await runNative(
          (native, control) =>
            native.takeSamples({
              ...control,
              ...to,
              samples,
              rows: piece,
              columns,
              columnMajor: false,
              first: 0,
              count: piece,
              at: at + done,
            }),
          run,
        );
      }
    },
    close: () => handle.close(),
  };
}
