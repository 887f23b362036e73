import { readVector } from '../dataset/numeric_file.js';
import { toFloat64 } from '../files/convert.js';
import { fileError } from '../files/file_error.js';
import { readText } from '../files/text_file.js';
import type { Recording } from './recording.js';
import { parseRecords } from './tables.js';

export type TimeUnit = 's' | 'ms';
export const timeUnits: readonly TimeUnit[] = ['s', 'ms'];

/** Times of events in ascending order, ms from the beginning of the recording, by type. */
export type Events = Map<string, Float64Array>;

/** What events are called that have no name. */
const unnamed = 'event';

/**
 * Reads when events were: a list of times (.npy), or a table with a column time, time_s or time_ms and, if there are several types,
 * columns event (or name, type) and condition. Each combination of these is a type of its own. Rejects with DANT_DATA, also
 * if events are beyond the end of the recording.
 * @param unit Of times whose column does not tell
 */
export async function readEvents(
  path: string,
  unit: TimeUnit,
  { rows: samples, sampleRateHz }: Pick<Recording, 'rows' | 'sampleRateHz'>,
  warnings: string[],
  signal?: AbortSignal,
): Promise<Events> {
  const rows = /\.npy$/i.test(path)
    ? Array.from(toFloat64(path, await readVector(path, signal)), (time) => ({
        type: unnamed,
        timeMs: inMs(time, unit),
      }))
    : tableRows(path, await readText(path), unit);
  if (rows.length === 0) throw fileError(path, 'there are no events.');
  const wrong = rows.findIndex(({ timeMs }) => !Number.isFinite(timeMs) || timeMs < 0);
  if (wrong >= 0) {
    throw fileError(path, `event ${wrong + 1}: expected a time of at least 0 but found ${rows[wrong]!.timeMs} ms.`);
  }
  const durationMs = (1000 * samples) / sampleRateHz;
  const lastMs = rows.reduce((last, { timeMs }) => Math.max(last, timeMs), 0);
  const asSeconds = (ms: number) => `${(ms / 1000).toFixed(3)} s`;
  if (lastMs > durationMs) {
    throw fileError(
      path,
      `the last event is at ${asSeconds(lastMs)}, after the end of the recording of ${asSeconds(durationMs)}. ` +
        'Are the times in ms (--events-unit ms, or a column time_ms), and do they count from the beginning of the recording?',
    );
  }
  if (lastMs < durationMs / 500) {
    warnings.push(
      `${path}: the last event is at ${asSeconds(lastMs)} of ${asSeconds(durationMs)}. Are the times in seconds (--events-unit s, or a column time_s)?`,
    );
  }
  const times = new Map<string, number[]>();
  for (const { type, timeMs } of rows) {
    const list = times.get(type);
    if (list) list.push(timeMs);
    else times.set(type, [timeMs]);
  }
  return new Map([...times].map(([type, list]) => [type, Float64Array.from(list).sort()]));
}

const inMs = (time: number, unit: TimeUnit) => (unit === 's' ? 1000 * time : time);

function tableRows(path: string, text: string, unit: TimeUnit): { type: string; timeMs: number }[] {
  const records = parseRecords(path, text, [',', '\t', ';']);
  // A list of times alone needs no names of columns.
  const hasNames = records.length > 0 && records[0]!.some((cell) => cell !== '' && Number.isNaN(Number(cell)));
  const isList = records.every((record) => record.length === 1);
  if (!hasNames && !isList) {
    throw fileError(path, 'expected names of the columns in its first line: time_s or time_ms, and event, condition.');
  }
  const names = hasNames ? records[0]!.map((name) => name.toLowerCase()) : ['time'];
  const column = (...wanted: string[]) => names.findIndex((name) => wanted.includes(name));
  const timeColumn = column('time', 'time_s', 'time_ms');
  if (timeColumn < 0) throw fileError(path, `expected a column time_s or time_ms but found ${records[0]!.join(', ')}.`);
  const timeUnit = names[timeColumn] === 'time_s' ? 's' : names[timeColumn] === 'time_ms' ? 'ms' : unit;
  const typeColumns = [column('event', 'name', 'type'), column('condition')].filter((c) => c >= 0);
  return (hasNames ? records.slice(1) : records)
    .filter((record) => record.some((cell) => cell !== ''))
    .map((record, row) => {
      const cell = record[timeColumn] ?? '';
      const time = cell === '' ? NaN : Number(cell);
      if (Number.isNaN(time)) throw fileError(path, `event ${row + 1}: expected a time but found "${cell}".`);
      const parts = typeColumns.map((c) => record[c] ?? '').filter((part) => part !== '');
      return { type: parts.length === 0 ? unnamed : parts.join(' / '), timeMs: inMs(time, timeUnit) };
    });
}
