import { DantError } from '../errors.js';
import { outputError } from './file_error.js';

/** The HDF5 library, once it is ready; it throws what goes wrong, without which a full disk went unnoticed. */
export async function hdf5Library() {
  const hdf5 = await import('./hdf5_library.js');
  (await hdf5.ready).activate_throwing_error_handler();
  return hdf5;
}

/** The innermost of what the library reports. */
export function reasonOf(error: unknown): string {
  const lines = String(error).split('\n');
  const reasons = lines.flatMap((line) => /#\d+:.*\(\): (.*)$/.exec(line)?.[1] ?? []);
  return reasons.at(-1) ?? lines[0]!;
}

/** What the library reports of a file that it could not write, as DANT_OUTPUT. */
export function writeError(path: string, error: unknown): DantError {
  if (error instanceof DantError) return error;
  const text = String(error);
  if (/No space left/i.test(text)) return outputError(path, 'the disk is full.', error);
  const reason = /error message = '([^']*)'/.exec(text)?.[1] ?? reasonOf(error);
  return outputError(path, `it cannot be written: ${reason}.`, error);
}
