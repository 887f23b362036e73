import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { writeNpy } from '../files/npy_writer.js';
import { readJson } from '../files/text_file.js';
import { importFile } from '../import/units_table.js';

const daysFile = 'session_days.npy';
const dayMs = 86_400_000;

/**
 * Writes session_days.npy into an imported folder: the day of each session, counted from the first one. Nothing if the dates
 * of some are not known or they are not in order.
 */
export async function writeSessionDays(data: string): Promise<void> {
  if (existsSync(join(data, daysFile))) return;
  const record = await readJson(join(data, importFile), '"dant import" writes');
  const { sessions } = record as { sessions: { session: number | null; folder: string; date?: string }[] };
  const days = sessions
    .filter(({ session }) => session !== null)
    .map(({ folder, date }) => (date === undefined ? dateIn(folder) : Date.parse(date) / dayMs));
  // Sessions that were cut out of one sorting have its folder.
  const isKnown = new Set(sessions.map(({ folder }) => folder)).size === sessions.length;
  if (!isKnown || days.length === 0 || !days.every((day, s) => day !== undefined && day >= (days[s - 1] ?? day)))
    return;
  const fromFirst = Float64Array.from(days, (day) => day! - days[0]!);
  await writeNpy(join(data, daysFile), { data: fromFirst, shape: [days.length] });
}

/** The last date in a path, 2024-05-01 or 20240501, in days. */
export function dateIn(path: string): number | undefined {
  const found = [...path.matchAll(/(?<!\d)((?:19|20)\d\d)([-_]?)(\d\d)\2(\d\d)(?!\d)/g)].at(-1);
  if (!found) return undefined;
  const [, year, , month, day] = found as unknown as [string, string, string, string, string];
  const time = Date.parse(`${year}-${month}-${day}`);
  return Number.isNaN(time) ? undefined : time / dayMs;
}
