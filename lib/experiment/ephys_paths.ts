import { fileError } from '../files/file_error.js';
import type { EphysPaths } from '../processing/ephys_file.js';
import { pathOf, type Session, type SessionFile, type SessionRecording } from './session.js';

export type Band = 'ap' | 'lf';

/** The files of a band of a recording: data, metadata and, of a .cbin, its .ch. */
export function bandFiles(recording: SessionRecording, band: Band): (SessionFile | undefined)[] {
  const { apBin, apMeta, apCh, lfBin, lfMeta, lfCh } = recording;
  const [bin, meta, ch] = band === 'ap' ? [apBin, apMeta, apCh] : [lfBin, lfMeta, lfCh];
  return bin?.name.endsWith('.cbin') ? [bin, meta, ch] : [bin, meta];
}

/** Where they are; they must be restored. Throws DANT_DATA, naming what is missing. */
export function ephysPaths(session: Pick<Session, 'raw'>, recording: SessionRecording, band: Band): EphysPaths {
  const name = band === 'ap' ? 'AP' : 'LFP';
  const place = (file: SessionFile | undefined, what: string) => {
    const path = pathOf(file);
    if (path !== undefined) return path;
    throw fileError(session.raw, `could not find raw ${name} ${what} of recording ${recording.index}.`);
  };
  const [bin, meta, ch] = bandFiles(recording, band);
  return { bin: place(bin, 'data file'), meta: place(meta, 'metadata'), ch: pathOf(ch) };
}

/** The band with the local field potential: Neuropixels 2.0 has but one. */
export const lfpBand = ({ lfBin }: SessionRecording): Band => (lfBin ? 'lf' : 'ap');
