import { stat } from 'node:fs/promises';

import { fileError, systemFileError } from '../files/file_error.js';
import { readText } from '../files/text_file.js';
import { companionOf } from './find_recording.js';
import { floatStepUv, openFloatFile } from './float_source.js';
import { openMtscomp, readMtscompHeader } from './mtscomp_source.js';
import { readOpenEphys, structureOf } from './open_ephys.js';
import type { PhyParams } from './params_py.js';
import { inSequence, openFlatFile, type RawSource } from './raw_source.js';
import type { Site } from './sites.js';
import { parseSpikeGlxMeta } from './spikeglx_meta.js';

/** What a recording system says about a file. */
export interface RecordingMeta {
  columns: number;
  /** Columns that are neural: the first ones */
  neuralColumns: number;
  sampleRateHz: number;
  /** (neuralColumns) */
  uvPerBit: Float64Array;
  /** (neuralColumns); undefined: not told, or of a probe that is not known */
  sites: Site[] | undefined;
  /** When it was written */
  fileSizeBytes: number | undefined;
  /** SHA-1 of the file, 40 hexadecimal digits */
  sha1?: string | undefined;
  /** When it was made, 2024-05-01T… */
  date?: string | undefined;
  /** Its kind */
  probe: string | undefined;
  serialNumber: string | undefined;
  isFiltered: boolean;
}

/** A raw recording, of one file or several in sequence. */
export interface Recording {
  files: readonly string[];
  rows: number;
  /** Of each file */
  fileRows: readonly number[];
  columns: number;
  /** Columns that are neural: the first ones */
  neuralColumns: number;
  sampleRateHz: number;
  /** (neuralColumns) */
  uvPerBit: Float64Array;
  /** (neuralColumns); undefined: the recording does not tell */
  sites: Site[] | undefined;
  /** When it was made, 2024-05-01T…; undefined: not told */
  date?: string | undefined;
  /** undefined: not told */
  probe: string | undefined;
  serialNumber: string | undefined;
  isFiltered: boolean;
  warnings: string[];
  open(): Promise<RawSource>;
}

/** The largest share of spikes beyond the end of the recording that is a matter of its last moments. */
export const strayShare = 0.01;

/** Whether sampling rates are those of one kind of device, each calibrated: they differ by a thousandth at most. */
export const isSameRate = (aHz: number, bHz: number): boolean => !(Math.abs(aHz / bHz - 1) > 1e-3);

interface RecordingFile {
  path: string;
  meta: RecordingMeta | undefined;
  rows: number;
  columns: number;
  open(): Promise<RawSource>;
}

/**
 * Looks at a recording without reading it: SpikeGLX (.bin with .meta), the same compressed by mtscomp (.cbin with .ch), Open
 * Ephys (continuous.dat with structure.oebin), or a plain binary whose columns params.py tells and whose scale is given. Rejects with DANT_DATA if the numbers disagree.
 */
export async function describeRecording(
  paths: readonly string[],
  params: PhyParams,
  uvPerBit: number | undefined,
): Promise<Recording> {
  const warnings: string[] = [];
  const files: RecordingFile[] = [];
  for (const path of paths) files.push(await describeFile(path, params, uvPerBit, warnings));
  const [{ meta, columns, path }] = files as [RecordingFile];
  const other = files.find((file) => file.columns !== columns);
  if (other) throw fileError(other.path, `has ${other.columns} columns but ${path} has ${columns}.`);
  const neuralColumns = meta?.neuralColumns ?? columns;
  if (meta === undefined && uvPerBit === undefined) {
    throw fileError(
      path,
      'there is no .meta file beside it that says how many µV a count is. Say it: "uv_per_bit" in a file of sessions.',
    );
  }
  const differing = files.find((file) => file.meta?.uvPerBit.some((scale, c) => scale !== meta?.uvPerBit[c]));
  if (differing) throw fileError(differing.path, `its gains are not those of ${path}.`);
  return {
    files: paths,
    rows: files.reduce((sum, { rows }) => sum + rows, 0),
    fileRows: files.map(({ rows }) => rows),
    columns,
    neuralColumns,
    sampleRateHz: meta?.sampleRateHz ?? params.sampleRateHz,
    uvPerBit: meta?.uvPerBit ?? new Float64Array(columns).fill(params.dtype === 'float32' ? floatStepUv : uvPerBit!),
    sites: meta?.sites,
    date: meta?.date,
    probe: meta?.probe,
    serialNumber: meta?.serialNumber,
    isFiltered: meta?.isFiltered ?? params.isFiltered,
    warnings,
    open: async () => {
      const sources: RawSource[] = [];
      try {
        for (const file of files) sources.push(await file.open());
      } catch (error) {
        await Promise.all(sources.map((source) => source.close()));
        throw error;
      }
      return inSequence(sources);
    },
  };
}

async function describeFile(
  path: string,
  params: PhyParams,
  uvPerBit: number | undefined,
  warnings: string[],
): Promise<RecordingFile> {
  const meta = await readMeta(path);
  const isFloat = params.dtype === 'float32';
  if (params.dtype !== 'int16' && !(isFloat && meta === undefined && !path.endsWith('.cbin'))) {
    throw fileError(
      path,
      `holds samples of type ${params.dtype} (params.py); expected int16, as recording systems write, or float32 in a plain binary.`,
    );
  }
  const columns = meta?.columns ?? params.columns;
  if (columns === undefined) throw fileError(path, 'neither a .meta file nor params.py says how many columns it has.');
  if (params.columns !== undefined && params.columns !== columns) {
    throw fileError(
      path,
      `it has ${columns} columns, as the recording system says, but params.py says n_channels_dat = ${params.columns}. ` +
        'Is this the recording that was sorted? A sync channel counts as one.',
    );
  }
  if (meta && !isSameRate(params.sampleRateHz, meta.sampleRateHz)) {
    throw fileError(
      path,
      `was recorded at ${meta.sampleRateHz} Hz but params.py says ${params.sampleRateHz} Hz. Is this the recording that was sorted?`,
    );
  }
  if (path.endsWith('.cbin')) {
    const chPath = await companionOf(path, '.ch');
    if (chPath === undefined) throw fileError(path, 'there is no .ch file beside it; a .cbin cannot be read without.');
    const ch = await readMtscompHeader(chPath);
    if (ch.n_channels !== columns) {
      throw fileError(chPath, `says ${ch.n_channels} channels but ${columns} are expected. Are both of one recording?`);
    }
    if (meta?.sha1 && ch.sha1_uncompressed && meta.sha1.toLowerCase() !== ch.sha1_uncompressed.toLowerCase()) {
      warnings.push(
        `${chPath} has another checksum of the recording than its .meta: ${ch.sha1_uncompressed} and ${meta.sha1}. ` +
          'Are both of one recording?',
      );
    }
    return { path, meta, columns, rows: ch.chunk_bounds.at(-1)!, open: () => openMtscomp(path, chPath) };
  }
  const offset = meta ? 0 : params.offsetBytes;
  const size = (await fileSize(path)) - offset;
  const sampleBytes = isFloat ? 4 : 2;
  const rows = Math.floor(size / (sampleBytes * columns));
  if (rows < 1) throw fileError(path, 'the file is empty.');
  const isWhole = size === rows * sampleBytes * columns;
  if (!isWhole && meta === undefined) {
    throw fileError(
      path,
      `its ${size} bytes are not whole rows of ${columns} samples (n_channels_dat). Is a sync channel missing from that number, or the file cut off?`,
    );
  }
  if (meta?.fileSizeBytes !== undefined && meta.fileSizeBytes !== size) {
    warnings.push(
      `${path} has ${size} bytes but its .meta says ${meta.fileSizeBytes}: ` +
        (size < meta.fileSizeBytes ? 'the end of the recording is missing.' : 'it is longer than when it was written.'),
    );
  } else if (!isWhole) warnings.push(`${path} ends within a row; the rest of it was left out.`);
  const open = () =>
    isFloat ? openFloatFile(path, columns, rows, offset, uvPerBit!) : openFlatFile(path, columns, rows, offset);
  return { path, meta, columns, rows, open };
}

/** Undefined: there is nothing beside the file that tells about it. */
async function readMeta(path: string): Promise<RecordingMeta | undefined> {
  const structure = structureOf(path);
  if (structure !== undefined) return readOpenEphys(path, structure);
  const metaPath = await companionOf(path, '.meta');
  return metaPath === undefined ? undefined : parseSpikeGlxMeta(metaPath, await readText(metaPath));
}

async function fileSize(path: string): Promise<number> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    throw systemFileError(path, error);
  }
}
