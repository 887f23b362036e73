import { stat } from 'node:fs/promises';

import { fileError } from '../files/file_error.js';
import { readText } from '../files/text_file.js';
import { openMtscomp } from '../import/mtscomp_source.js';
import { openFlatFile, type RawSource } from '../import/raw_source.js';
import { pathOf, type Session, type SessionFile, type SessionRecording } from './session.js';

/** A file of a probe, open, with what its .meta says that concerns both bands. */
export interface ProbeFile {
  path: string;
  metaPath: string;
  source: RawSource;
  rateHz: number;
}

/** The numbers of a .meta file that tell how a .bin is to be read. */
export interface BinMeta {
  rateHz: number;
  columns: number;
  /** undefined: not told */
  bytes: number | undefined;
}

/** Reads them from .ap.meta or .lf.meta. Rejects with DANT_DATA. */
export async function readBinMeta(path: string): Promise<BinMeta> {
  const text = await readText(path);
  const number = (key: string): number | undefined => {
    const value = new RegExp(`^${key}=(.*?)\\s*$`, 'm').exec(text)?.[1];
    return value === undefined || value === '' ? undefined : Number(value);
  };
  const [rateHz, columns, bytes] = [number('imSampRate'), number('nSavedChans'), number('fileSizeBytes')];
  if (!(rateHz !== undefined && rateHz > 0))
    throw fileError(path, 'there is no imSampRate, the rate in Hz, or it is no number.');
  if (!(columns !== undefined && Number.isInteger(columns) && columns > 0)) {
    throw fileError(path, 'there is no nSavedChans, the number of saved channels, or it is no number.');
  }
  return { rateHz, columns, bytes };
}

/** Opens the data of a band; they must be restored. Rejects with DANT_DATA, also if the size is not that of the .meta. */
export async function openProbeFile(
  session: Pick<Session, 'name' | 'raw'>,
  recording: SessionRecording,
  band: 'ap' | 'lf',
): Promise<ProbeFile> {
  const isAp = band === 'ap';
  const [bin, meta, ch] = isAp
    ? [recording.apBin, recording.apMeta, recording.apCh]
    : [recording.lfBin, recording.lfMeta, recording.lfCh];
  const place = (file: SessionFile | undefined, what: string) => {
    const path = pathOf(file);
    if (path === undefined)
      throw fileError(session.raw, `${session.name}: could not find raw ${isAp ? 'AP' : 'LFP'} ${what}.`);
    return path;
  };
  const [path, metaPath] = [place(bin, 'data file'), place(meta, 'metadata')];
  const { rateHz, columns, bytes } = await readBinMeta(metaPath);
  if (path.endsWith('.cbin')) {
    const source = await openMtscomp(path, place(ch, '.ch file'));
    if (source.columns === columns) return { path, metaPath, source, rateHz };
    await source.close();
    throw fileError(path, `has ${source.columns} channels but ${metaPath} says ${columns}.`);
  }
  const { size } = await stat(path);
  if (size === 0) throw fileError(path, 'the file is empty.');
  if (bytes !== undefined && bytes !== size) {
    throw fileError(
      path,
      `has ${size} bytes but its .meta says ${bytes}: ` +
        (size < bytes ? 'the file was copied in part. Copy it anew.' : 'are both of the same recording?'),
    );
  }
  if (size % (2 * columns) !== 0) {
    throw fileError(path, `its ${size} bytes are not whole rows of ${columns} channels (nSavedChans). Copy it anew.`);
  }
  return { path, metaPath, source: await openFlatFile(path, columns, size / (2 * columns)), rateHz };
}
