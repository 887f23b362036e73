import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { archived, isProbeFolder, isRunFolder } from './file_names.js';
import type { SessionFile } from './session.js';

type Place = 'raw' | 'interim' | 'processed';

/**
 * The files of a session by their uncompressed names: of raw, and where else a file of that name is. What is in subfolders is
 * not looked at, but for the folders that SpikeGLX makes in raw.
 */
export async function scanFiles(folders: Record<Place, string>): Promise<Map<string, SessionFile>> {
  const files = new Map<string, SessionFile>();
  const entry = (name: string): SessionFile => {
    let file = files.get(name);
    if (!file) files.set(name, (file = { name }));
    return file;
  };
  for (const path of await filesOf(folders.raw, 0)) {
    const name = path.split(/[\\/]/).at(-1)!;
    const plain = archived(name);
    if (plain === undefined) entry(name).raw ??= path;
    else entry(plain).archive ??= path;
  }
  for (const place of ['interim', 'processed'] as const) {
    const names = await readdir(folders[place]).catch(() => []);
    // Not what is only there: results have names of their own.
    for (const name of names) if (files.has(name)) files.get(name)![place] = join(folders[place], name);
  }
  return files;
}

async function filesOf(folder: string, level: number): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found: string[] = [];
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) found.push(path);
    else if (level === 0 ? isRunFolder(entry.name) : level === 1 && isProbeFolder(entry.name)) {
      found.push(...(await filesOf(path, level + 1)));
    } else if (level === 0 && isProbeFolder(entry.name)) found.push(...(await filesOf(path, 2)));
  }
  return found;
}
