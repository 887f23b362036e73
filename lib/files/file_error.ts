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
