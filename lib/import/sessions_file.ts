import { dirname } from 'node:path';
import { z } from 'zod';

import { requireText } from '../arguments.js';
import { fileError } from '../files/file_error.js';
import { parseYaml, readText } from '../files/text_file.js';
import { resolvePath } from '../settings/resolve_path.js';
import type { SessionSource } from './options.js';

const paths = z.union([z.string().transform((path) => [path]), z.array(z.string()).min(1)]);
const entry = z.strictObject({
  folder: z.string(),
  recording: paths.optional(),
  uv_per_bit: z.number().positive().optional(),
  labels: z.string().optional(),
  events: z.string().optional(),
  split_at: z.union([z.literal('files'), z.array(z.number().positive()).min(1)]).optional(),
});
/** A session in a file: its folder, or an object with the folder and what cannot be found. */
export const sessionSchema = z.union([z.string().transform((folder): Entry => ({ folder })), entry]);
type Entry = z.infer<typeof entry>;
const file = z.union([z.array(sessionSchema).min(1), z.strictObject({ sessions: z.array(sessionSchema).min(1) })]);

/**
 * Reads a file that lists sessions, YAML or JSON: each a folder, or `folder` with `recording` (a path or several),
 * `uv_per_bit`, `labels` (a table of ids and labels), `events` (a table or list of times) and `split_at` (seconds, or files). Paths are relative to the file.
 */
export async function readSessionsFile(path: string): Promise<SessionSource[]> {
  requireText('path', path);
  const content = parseYaml(path, await readText(path));
  const { data, error } = file.safeParse(content);
  if (error) {
    throw fileError(
      path,
      'expected a list "sessions" of folders, or of entries with "folder" and, if needed, "recording", "uv_per_bit" (a number), "labels", "events" and "split_at" (a list of seconds, or "files").',
      error,
    );
  }
  return parseSessions(Array.isArray(data) ? data : data.sessions, (name) =>
    resolvePath(name, resolvePath(dirname(path), process.cwd())),
  );
}

/** @param from The absolute path of one that is relative to the file */
export function parseSessions(
  entries: readonly z.infer<typeof sessionSchema>[],
  from: (path: string) => string,
): SessionSource[] {
  return entries.map((entry) => {
    const { folder, recording, uv_per_bit, labels, events, split_at } = entry;
    return {
      folder: from(folder),
      recording: recording?.map(from),
      uvPerBit: uv_per_bit,
      labelTable: labels === undefined ? undefined : from(labels),
      events: events === undefined ? undefined : from(events),
      splitAt: split_at,
    };
  });
}
