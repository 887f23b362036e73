import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { z } from 'zod';

import { fileError } from '../files/file_error.js';
import { readJson } from '../files/text_file.js';
import { readOpenEphysProbe } from './open_ephys_settings.js';
import type { RecordingMeta } from './recording.js';

const channel = z.object({ channel_name: z.string(), bit_volts: z.number() });
const structure = z.object({
  continuous: z.array(
    z.object({ folder_name: z.string(), sample_rate: z.number().positive(), channels: z.array(channel).min(1) }),
  ),
});

/** The structure.oebin of a continuous.dat that Open Ephys wrote; undefined: it is none. */
export function structureOf(recording: string): string | undefined {
  const path = join(dirname(recording), '..', '..', 'structure.oebin');
  return basename(recording) === 'continuous.dat' && existsSync(path) ? path : undefined;
}

/**
 * What Open Ephys says about a continuous.dat. Columns are in the order of its list of channels, whatever their names; AUX, ADC
 * and sync channels follow the neural ones. Where the sites are is in settings.xml, if at all.
 */
export async function readOpenEphys(recording: string, path: string): Promise<RecordingMeta> {
  const content = await readJson(path, 'Open Ephys writes');
  const { data, error } = structure.safeParse(content);
  if (error) throw fileError(path, `not as Open Ephys writes it: ${error.issues[0]!.path.join('.')}.`, error);
  const folder = basename(dirname(recording));
  const stream = data.continuous.find(({ folder_name }) => folder_name.replace(/[\\/]+$/, '') === folder);
  if (stream === undefined) throw fileError(path, `names no stream ${folder}, in which ${recording} is.`);
  const isNeural = stream.channels.map(({ channel_name }) => !/^(\w*_)?(AUX|ADC|SYNC)\d*$/i.test(channel_name));
  const firstOther = isNeural.indexOf(false);
  const neuralColumns = firstOther < 0 ? isNeural.length : firstOther;
  if (neuralColumns === 0) throw fileError(path, `the stream ${folder} has no neural channels.`);
  const names = stream.channels.slice(0, neuralColumns).map(({ channel_name }) => channel_name);
  const probe = await readOpenEphysProbe(path, folder, names);
  return {
    columns: stream.channels.length,
    neuralColumns,
    sampleRateHz: stream.sample_rate,
    uvPerBit: Float64Array.from(stream.channels.slice(0, neuralColumns), ({ bit_volts }) => bit_volts),
    sites: probe?.sites,
    fileSizeBytes: undefined,
    probe: probe?.part,
    serialNumber: probe?.serialNumber,
    isFiltered: false,
  };
}
