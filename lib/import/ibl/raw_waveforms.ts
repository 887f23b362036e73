import { join } from 'node:path';

import { fileError } from '../../files/file_error.js';
import type { RunOptions } from '../../native/run.js';
import { highPassHz } from '../import_session.js';
import { hasWindow, meanWaveforms, waveformSamples } from '../mean_waveforms.js';
import { describeRecording, type Recording } from '../recording.js';
import { selectSpikes } from '../select_spikes.js';
import type { SessionFiles } from './session_files.js';
import type { WaveformSource } from './template_waveforms.js';

/** The raw recording of a probe, compressed or not. Undefined: there is none. Rejects with DANT_DATA if there is more than one. */
export async function findRawRecording(
  { session, files }: SessionFiles,
  probe: string,
): Promise<Recording | undefined> {
  const collection = `raw_ephys_data/${probe}`;
  const found = files.filter(
    (file) =>
      file.collection === collection && file.extra?.split('.')[0] === 'ap' && ['cbin', 'bin'].includes(file.extension),
  );
  const plain = found.filter(({ extension }) => extension === 'bin');
  const [file, ...others] = plain.length > 0 ? plain : found;
  if (file === undefined) return undefined;
  if (others.length > 0) {
    throw fileError(
      join(session.folder, collection),
      `expected one recording but found ${[file, ...others].map(({ path }) => path.split('/').at(-1)).join(', ')}.`,
    );
  }
  const params = {
    datPaths: [],
    columns: undefined,
    dtype: 'int16',
    offsetBytes: 0,
    sampleRateHz: 30_000,
    isFiltered: false,
  };
  return describeRecording([join(session.folder, file.path)], params, undefined);
}

/** Spikes of a cluster that is wanted. */
export interface RawUnit {
  cluster: number;
  /** Samples of the recording, ascending */
  samples: Float64Array;
}

/**
 * Mean waveforms from the recording, as those of `importSessions`: up to `spikesPerUnit` spikes, filtered, trough at sample 20.
 * @param columns (channels of the probe) column of the recording
 */
export async function rawWaveforms(
  recording: Recording,
  columns: Int32Array,
  units: readonly RawUnit[],
  { spikesPerUnit, seed }: { spikesPerUnit: number; seed: readonly number[] },
  run: RunOptions,
): Promise<WaveformSource> {
  const wrong = columns.find((column) => column >= recording.neuralColumns);
  if (wrong !== undefined) {
    throw fileError(
      recording.files[0]!,
      `has ${recording.neuralColumns} neural columns, but channels.rawInd names column ${wrong}. Is this the recording that was sorted?`,
    );
  }
  const spikes = units.map(({ cluster, samples }) =>
    selectSpikes(
      samples.filter((sample) => hasWindow(sample, recording.rows)),
      spikesPerUnit,
      [...seed, cluster],
    ),
  );
  const source = await recording.open();
  try {
    const { waveforms } = await meanWaveforms(
      {
        source,
        channels: columns,
        uvPerBit: Float64Array.from(columns, (column) => recording.uvPerBit[column]!),
        sampleRateHz: recording.sampleRateHz,
        spikes,
        highPassHz: recording.isFiltered ? 0 : highPassHz,
      },
      run,
    );
    const size = columns.length * waveformSamples;
    const placeOf = new Map(units.map(({ cluster }, place) => [cluster, place]));
    return {
      from: [...recording.files],
      width: columns.length,
      of(cluster) {
        const place = placeOf.get(cluster);
        if (place === undefined || spikes[place]!.length === 0) return undefined;
        return { waveform: waveforms.subarray(place * size, (place + 1) * size), averaged: spikes[place]!.length };
      },
    };
  } finally {
    await source.close();
  }
}
