import type { FileHandle } from 'node:fs/promises';

import { callNative, runNative } from '../native/run.js';

/** Below, reading is as fast; and there are only so many that can be mapped. */
const smallestBytes = 16 * 2 ** 20;

/**
 * A large file as memory: nothing is copied, and its pages are those of the system's file cache. Whoever writes to the memory
 * changes no file. Undefined where the system has no such thing, or for a small file: it must be read. What is computed from the
 * memory rejects with DANT_DATA if the file changed meanwhile.
 */
export async function mapFile(
  handle: FileHandle,
  path: string,
  bytes: number,
  signal?: AbortSignal,
): Promise<Uint8Array | undefined> {
  if (bytes < smallestBytes) return undefined;
  const mapped = callNative((native) => native.mapFile({ descriptor: handle.fd, bytes, path }));
  if (mapped) await runNative((native, control) => native.readMappedFile({ ...control, bytes: mapped }), { signal });
  return mapped;
}
