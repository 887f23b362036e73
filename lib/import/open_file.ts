import { open, type FileHandle } from 'node:fs/promises';

import { fileError, systemFileError } from '../files/file_error.js';

export async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path);
  } catch (error) {
    throw systemFileError(path, error);
  }
}

export async function readFully(handle: FileHandle, path: string, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    let bytesRead: number;
    try {
      ({ bytesRead } = await handle.read(bytes, done, bytes.length - done, position + done));
    } catch (error) {
      throw systemFileError(path, error);
    }
    if (bytesRead === 0) throw fileError(path, 'the file became shorter while it was read.');
    done += bytesRead;
  }
}
