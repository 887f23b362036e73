// Runs a program; what it took.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';

// Reading /proc takes processor time from what is measured.
const pollMs = 100;
const ticksPerSecond = 100;

/**
 * What it took: seconds by the clock; seconds of processor time of all its processes; peak memory in bytes of the main
 * process, and of all processes (sum of what is resident). Only the first is known where there is no /proc. `onLine` gets
 * each line that it prints, with the seconds since the start; carriage returns (progress bars) end lines too. Rejects with
 * the end of its output when it fails.
 */
export function measure(command, args, { env = {}, onLine = () => {} } = {}) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const seconds = () => (performance.now() - start) / 1000;
    // A group of its own, so that no worker process is left over, whatever happens.
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: process.platform !== 'win32',
    });
    const endAll = () => endGroup(child);
    process.once('exit', endAll);
    const peaks = {};
    const timer = setInterval(() => {
      for (const [key, value] of Object.entries(usage(child.pid))) peaks[key] = Math.max(peaks[key] ?? 0, value);
    }, pollMs);
    let tail = '';
    for (const stream of [child.stdout, child.stderr]) {
      let rest = '';
      stream.setEncoding('utf8').on('data', (text) => {
        tail = (tail + text).slice(-2000);
        const lines = (rest + text).split(/[\r\n]+/);
        rest = lines.pop();
        for (const line of lines) onLine(line, seconds());
        // A progress bar shows itself before its line ends.
        if (rest.length > 0) onLine(rest, seconds());
      });
    }
    child
      .on('error', reject)
      .on('exit', endAll)
      .on('close', (code) => {
        clearInterval(timer);
        process.off('exit', endAll);
        if (code === 0) resolve({ seconds: seconds(), ...peaks });
        else reject(new Error(`${command} ${args.join(' ')} failed (${code}):\n${tail}`));
      });
  });
}

/** Ends what is left of the process and the workers that it started. */
function endGroup(child) {
  try {
    if (process.platform === 'win32') child.kill();
    else process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

/** What a process and its descendants have used so far; nothing where that cannot be known. */
function usage(pid) {
  const processes = new Map();
  for (const entry of existsSync('/proc') ? readdirSync('/proc') : []) {
    const stat = /^\d+$/.test(entry) && statOf(entry);
    if (stat) processes.set(Number(entry), stat);
  }
  if (!processes.has(pid)) return {};
  const isOurs = (id) => id === pid || (processes.has(id) && isOurs(processes.get(id).parent));
  const ours = [...processes.keys()].filter(isOurs);
  const sum = (of) => ours.reduce((total, id) => total + of(id), 0);
  return {
    processorSeconds: sum((id) => processes.get(id).ticks) / ticksPerSecond,
    peakBytes: statusBytes(pid, 'VmHWM'),
    peakTreeBytes: Math.max(
      statusBytes(pid, 'VmHWM'),
      sum((id) => statusBytes(id, 'VmRSS')),
    ),
  };
}

/** Parent and ticks of processor time, with those of the children that have ended (proc(5)). */
function statOf(pid) {
  // The name, in parentheses, may hold anything.
  const fields = textOf(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, '')
    .split(' ');
  return (
    fields.length > 14 && { parent: Number(fields[1]), ticks: fields.slice(11, 15).reduce((a, b) => a + Number(b), 0) }
  );
}

function statusBytes(pid, key) {
  const [, kilobytes] = new RegExp(`^${key}:\\s*(\\d+) kB`, 'm').exec(textOf(`/proc/${pid}/status`)) ?? [];
  return Number(kilobytes ?? 0) * 1024;
}

/** Empty for a process that has just ended. */
function textOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
