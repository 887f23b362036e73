import { readFile } from 'node:fs/promises';

/** Whether a process of this computer is at work: it is there, also another user's, and not about to end. */
export async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  return !(await isEnding(pid));
}

/** On Linux, whether a process is being taken down, or has ended and nobody has asked for its exit code: it does no more. */
async function isEnding(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (status === undefined) return false;
  // The name, in brackets, may hold spaces and brackets. See proc_pid_stat(5); 4 is the kernel's PF_EXITING.
  const fields = status.slice(status.lastIndexOf(')') + 2).split(' ');
  return fields[0] === 'Z' || fields[0] === 'X' || (Number(fields[6]) & 4) !== 0;
}
