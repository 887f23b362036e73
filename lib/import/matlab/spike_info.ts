import { fileError, systemFileError } from '../../files/file_error.js';
import { byChannel } from '../by_channel.js';
import type { TimeUnit } from '../events.js';
import { openFile } from '../open_file.js';
import { isSameSite, shanksByPosition, type Site } from '../sites.js';
import type { SessionUnit, SortedSession } from '../sorted_session.js';
import { openMat5 } from './mat5.js';
import { openMat73 } from './mat73.js';
import type { StructArray } from './struct_array.js';

const variable = 'spikeInfo';
const neededFields = ['SessionIndex', 'SpikeTimes', 'Waveform', 'Xcoords', 'Ycoords'];

/**
 * The sessions of a file with DANT's `spikeInfo` (version 5 to 7.3), in the order of SessionIndex: one struct for each unit with SessionIndex,
 * SpikeTimes (ms), Waveform (channels, samples; µV), Xcoords, Ycoords (µm), and if wanted Kcoords (shank), Unit, RatName, Session, PETH.
 * Rejects with DANT_DATA.
 * @param timesUnit Of SpikeTimes
 */
export async function readSpikeInfo(path: string, timesUnit: TimeUnit = 'ms'): Promise<SortedSession[]> {
  const table = await openSpikeInfo(path);
  try {
    const missing = neededFields.filter((field) => !table.fields.includes(field));
    if (missing.length > 0) {
      throw fileError(path, `${variable} has no field ${missing.join(', ')}; it has ${table.fields.join(', ')}.`);
    }
    if (table.count === 0) throw fileError(path, `${variable} is empty.`);
    const units = new Map<number, number[]>();
    for (let k = 0; k < table.count; k++) {
      const session = await scalar(table, k, 'SessionIndex');
      if (!Number.isInteger(session)) throw wrong(table, k, 'SessionIndex', 'a whole number', session);
      units.set(session, [...(units.get(session) ?? []), k]);
    }
    const sessions: SortedSession[] = [];
    for (const [index, members] of [...units].sort(([a], [b]) => a - b)) {
      sessions.push(await readSession(table, index, members, timesUnit));
    }
    return sessions;
  } finally {
    await table.close();
  }
}

async function openSpikeInfo(path: string): Promise<StructArray> {
  const start = Buffer.alloc(1024);
  const handle = await openFile(path);
  try {
    await handle.read(start, 0, start.length, 0);
  } catch (error) {
    throw systemFileError(path, error);
  } finally {
    await handle.close();
  }
  const isHdf5 = [0, 512].some((at) => start.toString('latin1', at, at + 4) === '\x89HDF');
  return isHdf5 ? openMat73(path, variable) : openMat5(path, variable);
}

async function readSession(
  table: StructArray,
  index: number,
  members: readonly number[],
  timesUnit: TimeUnit,
): Promise<SortedSession> {
  const { path } = table;
  const [first] = members as [number];
  const sites = await sitesOf(table, first);
  const { shape: firstShape } = await numbers(table, first, 'Waveform');
  const samples = firstShape[1] ?? 0;
  const units: SessionUnit[] = [];
  let lastMs = 0;
  for (const k of members) {
    const own = await sitesOf(table, k);
    if (own.length !== sites.length || own.some((site, c) => !isSameSite(site, sites[c]!))) {
      throw fileError(
        path,
        `${variable}(${k + 1}) has other sites than ${variable}(${first + 1}) of the same session.`,
      );
    }
    const { data, shape } = await numbers(table, k, 'Waveform');
    if (shape.length !== 2 || shape[0] !== sites.length || shape[1] !== samples) {
      throw wrong(table, k, 'Waveform', `${sites.length} channels × ${samples} samples`, shape.join(' × '));
    }
    const stored = (await numbers(table, k, 'SpikeTimes')).data;
    const notFinite = stored.find((time) => !Number.isFinite(time));
    if (notFinite !== undefined) throw wrong(table, k, 'SpikeTimes', `times in ${timesUnit}`, notFinite);
    const times = timesUnit === 's' ? stored.map((time) => 1000 * time) : stored;
    lastMs = times.reduce((last, time) => Math.max(last, time), lastMs);
    units.push({
      id: table.fields.includes('Unit') ? await scalar(table, k, 'Unit') : k + 1,
      label: undefined,
      spikes: times.length,
      timesMs: () => Promise.resolve(times),
      waveform: () =>
        Promise.resolve({
          channels: sites.map((_, c) => c),
          values: new Float32Array(byChannel(data, samples, sites.length)),
        }),
      peth: table.fields.includes('PETH') ? (await numbers(table, k, 'PETH')).data : undefined,
    });
  }
  if (lastMs === 0) throw fileError(path, `the units of session ${index} have no spikes.`);
  const name = await textOf(table, first, 'Session');
  return {
    folder: path,
    record: { sessionIndex: index, session: name ?? null, subject: (await textOf(table, first, 'RatName')) ?? null },
    sites,
    sampleRateHz: undefined,
    durationS: lastMs / 1000,
    window: { samples, trough: undefined },
    units,
    isSelection: true,
    timesUnit,
    warnings: table.fields.includes('Kcoords')
      ? []
      : [`${variable} has no Kcoords; shanks are told by gaps across the probe.`],
  };
}

async function sitesOf(table: StructArray, k: number): Promise<Site[]> {
  const x = (await numbers(table, k, 'Xcoords')).data;
  const y = (await numbers(table, k, 'Ycoords')).data;
  const shanks = table.fields.includes('Kcoords')
    ? [...(await numbers(table, k, 'Kcoords')).data]
    : shanksByPosition([...x]);
  if (x.length !== y.length || x.length !== shanks.length) {
    throw fileError(
      table.path,
      `${variable}(${k + 1}): Xcoords, Ycoords and Kcoords have ${x.length}, ${y.length} and ${shanks.length} values.`,
    );
  }
  return Array.from(x, (value, c) => ({ shank: shanks[c]!, x: value, y: y[c]! }));
}

async function numbers(table: StructArray, k: number, field: string) {
  const value = await table.read(k, field);
  if (value.kind === 'text') throw wrong(table, k, field, 'numbers', `"${value.text}"`);
  return value;
}

async function scalar(table: StructArray, k: number, field: string): Promise<number> {
  const { data } = await numbers(table, k, field);
  if (data.length !== 1) throw wrong(table, k, field, 'one number', `${data.length} numbers`);
  return data[0]!;
}

async function textOf(table: StructArray, k: number, field: string): Promise<string | undefined> {
  if (!table.fields.includes(field)) return undefined;
  const value = await table.read(k, field);
  return value.kind === 'text' ? value.text : value.data.join(' ');
}

function wrong(table: StructArray, k: number, field: string, expected: string, found: string | number) {
  return fileError(table.path, `${variable}(${k + 1}).${field}: expected ${expected} but found ${found}.`);
}
