import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

import { fileError } from '../files/file_error.js';
import { readJson } from '../files/text_file.js';
import type { SessionMetadata } from './session.js';

const entries = z.array(
  z.looseObject({
    date: z.string().regex(/^(\d{4}-\d{2}-\d{2}|\d{8})$/, 'expected a date such as 2021-01-31 or 20210131'),
    exclude: z.boolean().optional(),
  }),
);

/**
 * Reads `<mouse>.json`: a list of sessions, each with its date (YYYY-MM-DD or YYYYMMDD); those with `exclude: true` are left out.
 * Undefined: there is no such file. Dates come as YYYY-MM-DD. Rejects with DANT_DATA.
 */
export async function readMetadata(folder: string, mouse: string): Promise<SessionMetadata[] | undefined> {
  const path = join(folder, `${mouse}.json`);
  if (!existsSync(path)) return undefined;
  const { data, error } = entries.safeParse(await readJson(path, 'lists the sessions of a mouse'));
  if (error) {
    const [issue] = error.issues;
    const [at, key] = issue!.path;
    const place = at === undefined ? '' : `entry ${Number(at) + 1}${key === undefined ? '' : `, ${String(key)}`}: `;
    throw fileError(path, `${place}${issue!.message}. Expected a list of objects, each with the date of a session.`);
  }
  return data
    .filter(({ exclude }) => exclude !== true)
    .map((entry) => ({ ...entry, date: entry.date.replace(/^(\d{4})(\d{2})(\d{2})$/, '$1-$2-$3') }));
}
