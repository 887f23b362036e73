import { join } from 'node:path';

import { fileError } from '../files/file_error.js';
import type { CompleteImportOptions, SessionSource } from './options.js';
import type { Recording } from './recording.js';
import type { Sorting } from './sorter_folder.js';
import { readSorterTemplates } from './sorter_templates.js';

/** What is known of a recording that is not there: it lasts as long as there are spikes. */
export function absentRecording({ folder, params, channelMap, units }: Sorting): Recording {
  const columns = params.columns ?? channelMap.reduce((most, column) => Math.max(most, column), 0) + 1;
  return {
    files: [],
    fileRows: [],
    rows: units.reduce((most, { spikes }) => Math.max(most, spikes.at(-1)!), 0) + 1,
    columns,
    neuralColumns: columns,
    sampleRateHz: params.sampleRateHz,
    uvPerBit: new Float64Array(columns).fill(NaN),
    sites: undefined,
    probe: undefined,
    serialNumber: undefined,
    isFiltered: true,
    warnings: [],
    open: () => Promise.reject(fileError(folder, 'there is no raw recording.')),
  };
}

/** The mean waveforms of a session without recording. Rejects with DANT_DATA where templates cannot be what is asked for. */
export async function templatesOfSession(
  source: SessionSource,
  sorting: Sorting,
  { halves, commonMedian }: CompleteImportOptions,
  warnings: string[],
  signal?: AbortSignal,
): Promise<Map<number, Float32Array>> {
  const path = join(sorting.folder, 'templates.npy');
  const needing = [
    ...(halves ? ['--halves'] : []),
    ...(commonMedian ? ['--common-median'] : []),
    ...(source.splitAt === undefined ? [] : ['--split-at']),
  ];
  if (needing.length > 0) {
    throw fileError(
      path,
      `there is no raw recording, and ${needing.join(' and ')} ${needing.length === 1 ? 'needs' : 'need'} it: a unit has one template for the whole recording.`,
    );
  }
  const templates = await readSorterTemplates(sorting, source.uvPerBit, signal);
  warnings.push(
    `there is no raw recording: its mean waveforms are the templates of Kilosort 4 (${path}), drift-corrected and fitted by the sorter. ` +
      'Neurons may be matched worse than with means of the recording.',
  );
  return templates;
}
