import { stat } from 'node:fs/promises';

import { fileError, systemFileError } from '../files/file_error.js';
import { readText } from '../files/text_file.js';
import { openMtscomp } from '../import/mtscomp_source.js';
import { piecesInOrder } from '../import/pieces_in_order.js';
import { openFlatFile, type Piece, type RawSource } from '../import/raw_source.js';
import type { RecordingMeta } from '../import/recording.js';
import { parseSpikeGlxMeta, type SpikeGlxStream } from '../import/spikeglx_meta.js';

/** Files of a SpikeGLX recording. */
export interface EphysPaths {
  /** .bin, or .cbin of mtscomp */
  bin: string;
  meta: string;
  /** Of a .cbin */
  ch?: string | undefined;
}

/** A SpikeGLX recording of one stream, open for reading. */
export interface EphysFile {
  path: string;
  meta: RecordingMeta;
  rows: number;
  /** Rows (·, columns) in their order */
  samples(signal?: AbortSignal): AsyncGenerator<Int16Array>;
  close(): Promise<void>;
}

/** Rejects with DANT_DATA if a file is missing or was copied only in part. */
export async function openEphys(paths: EphysPaths, stream: SpikeGlxStream): Promise<EphysFile> {
  const meta = parseSpikeGlxMeta(paths.meta, await readText(paths.meta), stream);
  const source = paths.bin.endsWith('.cbin') ? await openCompressed(paths, meta) : await openPlain(paths, meta);
  return {
    path: paths.bin,
    meta,
    rows: source.rows,
    async *samples(signal) {
      for await (const piece of piecesInOrder(source, signal)) yield rowMajor(piece, source.columns);
    },
    close: () => source.close(),
  };
}

async function openPlain({ bin, meta: metaPath }: EphysPaths, meta: RecordingMeta): Promise<RawSource> {
  let size: number;
  try {
    ({ size } = await stat(bin));
  } catch (error) {
    throw systemFileError(bin, error);
  }
  const rowBytes = 2 * meta.columns;
  const { fileSizeBytes } = meta;
  if (fileSizeBytes !== undefined && fileSizeBytes !== size) {
    throw fileError(
      bin,
      `has ${size} bytes but ${metaPath} says ${fileSizeBytes}. Was it copied only in part? Copy it anew.`,
    );
  }
  if (size === 0 || size % rowBytes !== 0) {
    throw fileError(bin, `its ${size} bytes are not whole rows of ${meta.columns} channels. Copy it anew.`);
  }
  return openFlatFile(bin, meta.columns, size / rowBytes);
}

async function openCompressed({ bin, ch }: EphysPaths, meta: RecordingMeta): Promise<RawSource> {
  if (ch === undefined) throw fileError(bin, 'there is no .ch file beside it; a .cbin cannot be read without.');
  const source = await openMtscomp(bin, ch);
  if (source.columns === meta.columns) return source;
  await source.close();
  throw fileError(ch, `says ${source.columns} channels but ${meta.columns} are expected. Are both of one recording?`);
}

/** The samples of a piece row after row, their differences summed. */
function rowMajor({ samples, rows, columnMajor, timeDifferences, columnDifferences }: Piece, columns: number) {
  const given = samples.subarray(0, rows * columns);
  if (!columnMajor && !timeDifferences && !columnDifferences) return given;
  const result = new Int16Array(given.length);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < columns; c++)
      result[row * columns + c] = given[columnMajor ? c * rows + row : row * columns + c]!;
  }
  if (columnDifferences) {
    for (let i = 0; i < result.length; i++) if (i % columns > 0) result[i]! += result[i - 1]!;
  }
  if (timeDifferences) for (let i = columns; i < result.length; i++) result[i]! += result[i - columns]!;
  return result;
}
