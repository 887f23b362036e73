import { DantError } from '../errors.js';

/** For a file that cannot be used: "<path>: <problem>". */
export function fileError(path: string, problem: string, cause?: unknown): DantError {
  return new DantError('DANT_DATA', `${path}: ${problem}`, { cause });
}

/** The same for a failed system call, in words that do not need to be looked up. */
export function systemFileError(path: string, error: unknown): DantError {
  const { code, message } = error as NodeJS.ErrnoException;
  return fileError(path, reasons[code ?? ''] ?? message, error);
}

const reasons: Record<string, string> = {
  ENOENT: 'there is no such file.',
  ENOTDIR: 'there is no such file.',
  EISDIR: 'this is a folder, not a file.',
  EACCES: 'no permission to read it.',
  EPERM: 'no permission to read it.',
  EMFILE: 'too many files are open.',
  EIO: 'the disk reports an error while reading it.',
};

/** For a file or folder that cannot be written: "<path>: <problem>". */
export function outputError(path: string, problem: string, cause?: unknown): DantError {
  return new DantError('DANT_OUTPUT', `${path}: ${problem}`, { cause });
}

/** The same for a failed system call. */
export function systemOutputError(path: string, error: unknown): DantError {
  const { code, message } = error as NodeJS.ErrnoException;
  return outputError(path, outputReasons[code ?? ''] ?? message, error);
}

const outputReasons: Record<string, string> = {
  EACCES: 'no permission to write here. Choose another folder.',
  EPERM: 'no permission to write here. Choose another folder.',
  EROFS: 'this disk cannot be written to. Choose another folder.',
  ENOSPC: 'the disk is full.',
  EDQUOT: 'the disk quota is used up.',
  EEXIST: 'it exists already and is not overwritten.',
  ENOENT: 'the folder does not exist.',
  ENOTDIR: 'part of this path is a file, not a folder.',
  EFBIG: 'the file system does not allow files of this size.',
  EIO: 'the disk reports an error while writing.',
};
