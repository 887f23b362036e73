import { stat } from 'node:fs/promises';
import { join } from 'node:path';

import { readVector } from '../dataset/numeric_file.js';
import { argumentError, DantError } from '../errors.js';
import { toFloat64 } from '../files/convert.js';
import { fileError } from '../files/file_error.js';
import { readNpy } from '../files/npy.js';
import { readNpyRows } from '../files/npy_rows.js';
import { readJson } from '../files/text_file.js';
import { importFile } from '../import/units_table.js';
import type { ExportedSession } from './nwb.js';
import { NwbSessionWriter, type NwbSession } from './nwb_session_file.js';

/** A date and time with its time zone */
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

/** What import.json says of a session, as far as it matters here. */
interface SessionRecord {
  session: number | null;
  sampleRateHz?: number | null;
  sessionStart?: string | null;
}

/** Makes the files of sessions from the data folder. Rejects with DANT_DATA, DANT_ARGUMENT, DANT_OUTPUT. */
export async function writeNwbSessions(
  folder: string,
  sessions: readonly ExportedSession[],
  from: { resultFolder: string; dataFolder: string; sessionStarts: readonly string[] },
): Promise<void> {
  const records = await recordsOf(from.dataFolder);
  const starts = startsOf(sessions, records, from.sessionStarts);
  const at = (name: string) => join(from.dataFolder, name);
  const locations = (await readNpy(at('channel_locations.npy'), { as: 'float64' })).data;
  const shanks = toFloat64(at('channel_shanks.npy'), await readVector(at('channel_shanks.npy')));
  const sites = Array.from(shanks, (shank, c) => ({ shank, x: locations[2 * c]!, y: locations[2 * c + 1]! }));
  const made = (await stat(join(from.resultFolder, 'IdxCluster.npy'))).mtime.toISOString();
  const sessionOf = new Map(sessions.flatMap((session, s) => session.units.map((unit) => [unit.unit, { s, unit }])));
  const writers: NwbSessionWriter[] = [];
  try {
    for await (const { first, count, data, shape } of readNpyRows(at('waveform_all.npy'))) {
      const [units, channels, samples] = shape as [number, number, number];
      if (shape.length !== 3 || channels !== sites.length) {
        throw fileError(at('waveform_all.npy'), `expected ${sites.length} channels but found (${shape.join(', ')}).`);
      }
      if (units < sessionOf.size) throw fileError(at('waveform_all.npy'), `has ${units} units; units.csv more.`);
      const size = channels * samples;
      for (let row = 0; row < count; row++) {
        const found = sessionOf.get(first + row);
        if (found === undefined) continue;
        const { s, unit } = found;
        writers[s] ??= await NwbSessionWriter.create(
          join(folder, sessions[s]!.name),
          describe(sessions[s]!, { start: starts[s]!, made, sites, samples }, records),
        );
        writers[s].add({
          id: unit.origin.clusterId,
          name: unit.origin.name,
          label: unit.origin.label,
          neuron: unit.neuron,
          confidence: unit.confidence,
          timesMs: await readTimes(at(`spike_times/Unit${unit.unit}.npy`)),
          waveform: toFloat64(at('waveform_all.npy'), data.subarray(row * size, (row + 1) * size)),
        });
      }
    }
    for (const writer of writers) writer.finish();
  } finally {
    for (const writer of writers) writer.close();
  }
}

const readTimes = async (path: string) => toFloat64(path, await readVector(path));

function describe(
  { session, source, units }: ExportedSession,
  known: Pick<NwbSession, 'start' | 'made' | 'sites' | 'samples'>,
  records: readonly SessionRecord[],
): NwbSession {
  return {
    ...known,
    identifier: `${source} ${session} ${known.start}`,
    description: `session ${session}, ${units.length} units imported from ${source}`,
    sampleRateHz: records.find((record) => record.session === session)?.sampleRateHz ?? undefined,
  };
}

async function recordsOf(dataFolder: string): Promise<SessionRecord[]> {
  const path = join(dataFolder, importFile);
  const { sessions } = ((await readJson(path, '"dant import" wrote')) ?? {}) as { sessions?: SessionRecord[] };
  if (!Array.isArray(sessions)) throw fileError(path, 'there are no sessions. Import them anew.');
  return sessions;
}

/** When the sessions began: as their files said, else as it is told. */
function startsOf(
  sessions: readonly ExportedSession[],
  records: readonly SessionRecord[],
  told: readonly string[],
): string[] {
  const known = sessions.map(({ session }) => records.find((record) => record.session === session)?.sessionStart);
  const asked = sessions.filter((_, s) => !known[s]);
  if (told.length > 0 ? told.length !== asked.length : asked.length > 0) {
    const names = asked.map(({ session, source }) => `${session} (${source})`).join(', ');
    throw new DantError(
      'DANT_ARGUMENT',
      asked.length === 0
        ? 'All sessions tell when they began: leave --session-start out.'
        : `NWB files tell when their sessions began, which nothing says of session ${names}. Say it for each of these ${asked.length}, ` +
            `in their order, instead of ${told.length} times: --session-start 2024-05-01T09:30:00+02:00 … (sessionStarts in a program)`,
    );
  }
  const wrong = told.find((time) => !isoTime.test(time) || Number.isNaN(Date.parse(time)));
  if (wrong !== undefined) {
    throw argumentError('sessionStarts', 'times as 2024-05-01T09:30:00+02:00, with the time zone', wrong);
  }
  const rest = [...told];
  return known.map((start) => start ?? rest.shift()!);
}
