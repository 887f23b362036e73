import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { listed } from '../../dataset/findings.js';
import { DantError } from '../../errors.js';
import { fileError } from '../../files/file_error.js';
import { findRecording, findSorterFolder } from '../find_recording.js';
import { readLabelTable } from '../labels.js';
import { describeRecording } from '../recording.js';
import type { SessionUnit, SortedSession } from '../sorted_session.js';
import { readSorting, type Sorting } from '../sorter_folder.js';
import { openRawWaveforms } from './read_raw_waveforms.js';

/** Bombcell's own labels. */
const labelTable = 'cluster_bc_unitType.tsv';

/**
 * A folder of Kilosort or phy whose waveforms Bombcell or UnitMatch extracted. Labels are Bombcell's, else those of phy and Kilosort.
 * Rejects with DANT_DATA.
 * @param uvPerBit µV of a count; default: as the recording's .meta says
 */
export async function readBombcell(
  session: string,
  uvPerBit: number | undefined,
  signal?: AbortSignal,
): Promise<SortedSession> {
  const folder = await findSorterFolder(session);
  const sorting = await readSorting(folder, signal);
  const waveforms = await openRawWaveforms(folder);
  const { channelMap, params } = sorting;
  const beyond = [...channelMap].filter((column) => column >= waveforms.columns);
  if (beyond.length > 0) {
    throw fileError(
      waveforms.folder,
      `the waveforms have ${waveforms.columns} channels, but channel_map.npy names column ${listed(beyond)} of the recording.`,
    );
  }
  const gains = await gainsOf(session, sorting, uvPerBit);
  const labels = existsSync(join(folder, labelTable)) ? await readLabelTable(join(folder, labelTable)) : undefined;
  const lastSample = sorting.units.reduce((last, { spikes }) => Math.max(last, spikes.at(-1) ?? 0), 0);
  const channels = [...channelMap.keys()];
  const units = sorting.units.map(({ id, label, spikes }): SessionUnit => {
    return {
      id,
      label: labels?.get(id) ?? label,
      spikes: spikes.length,
      timesMs: () => Promise.resolve(spikes.map((sample) => (1000 * sample) / params.sampleRateHz)),
      waveform: async () => {
        const counts = await waveforms.of(id);
        if (counts === undefined) return undefined;
        const { samples } = waveforms;
        const values = new Float64Array(channels.length * samples);
        channelMap.forEach((column, c) => {
          for (let t = 0; t < samples; t++) values[c * samples + t] = gains(column) * counts[column * samples + t]!;
        });
        return { channels, values };
      },
    };
  });
  return {
    folder,
    record: { waveforms: waveforms.folder, uvPerBit: uvPerBit ?? null },
    sites: sorting.sites,
    sampleRateHz: params.sampleRateHz,
    durationS: lastSample / params.sampleRateHz,
    window: { samples: waveforms.samples, trough: undefined },
    units,
    warnings: sorting.warnings,
  };
}

/** µV of a count, by the column of the recording. */
async function gainsOf(
  session: string,
  { folder, params }: Sorting,
  told: number | undefined,
): Promise<(column: number) => number> {
  if (told !== undefined) return () => told;
  try {
    const { files } = await findRecording(session, folder, params);
    const { uvPerBit } = await describeRecording(files, params, undefined);
    return (column) => uvPerBit[column]!;
  } catch (error) {
    if (!(error instanceof DantError)) throw error;
    throw fileError(
      folder,
      `the waveforms are counts of the recording, and how many µV these are is not known: ${error.message} ` +
        'Say --uv-per-bit (2.34375 for Neuropixels 1.0 with a gain of 500; 1 if the files are in µV already).',
      error,
    );
  }
}
