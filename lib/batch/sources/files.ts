import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { DantError } from '../../errors.js';
import { systemFileError } from '../../files/file_error.js';

/** Names in a folder, sorted. Rejects with DANT_DATA if it cannot be read. */
export async function entries(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    throw systemFileError(folder, error);
  }
}

/** What is done for each session in turn; an error says which one it is of. */
export async function forEachSession<Session, Result>(
  sessions: readonly Session[],
  action: (session: Session) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  for (const [s, session] of sessions.entries()) {
    try {
      results.push(await action(session));
    } catch (error) {
      if (!(error instanceof DantError)) throw error;
      throw new DantError(error.code, `Session ${s + 1}: ${error.message}`, { cause: error });
    }
  }
  return results;
}

export const inFolder = (folder: string, names: readonly string[], hasHeader = true) =>
  names.map((name) => ({ path: join(folder, name), hasHeader }));
