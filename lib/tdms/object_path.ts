import { fileError } from '../files/file_error.js';

/** "/'it''s a group'/'0'" → ["it's a group", "0"]; "/" → [] */
export function parsePath(file: string, path: string): string[] {
  const parts = [...path.matchAll(/\/'((?:[^']|'')*)'/g)];
  if (path !== '/' && parts.map(([part]) => part).join('') !== path) {
    throw fileError(
      file,
      `an object is called ${JSON.stringify(path)}, which is no path of TDMS. The file is damaged.`,
    );
  }
  return parts.map(([, name]) => name!.replaceAll("''", "'"));
}

/** The other way round. */
export function formatPath(...names: readonly string[]): string {
  return names.length === 0 ? '/' : names.map((name) => `/'${name.replaceAll("'", "''")}'`).join('');
}
