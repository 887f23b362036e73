// Runs a program; what it took.
import { spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { clearInterval, setInterval } from 'node:timers';

const pollMs = 25;

/**
 * Seconds by the clock, and the peak memory in bytes of the process and of it with its descendants (sum of what is resident;
 * undefined where there is no /proc). `onLine` gets each line that it prints, with the seconds since the start; carriage
 * returns (progress bars) end lines too. Rejects with the end of its output when it fails.
 */
export function measure(command, args, { env = {}, onLine = () => {} } = {}) {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const seconds = () => (performance.now() - start) / 1000;
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let peakBytes, peakTreeBytes;
    const timer = setInterval(() => {
      const memory = memoryOf(child.pid);
      if (!memory) return;
      peakBytes = Math.max(peakBytes ?? 0, memory.bytes);
      peakTreeBytes = Math.max(peakTreeBytes ?? 0, memory.treeBytes);
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
    child.on('error', reject).on('close', (code) => {
      clearInterval(timer);
      if (code === 0) resolve({ seconds: seconds(), peakBytes, peakTreeBytes });
      else reject(new Error(`${command} ${args.join(' ')} failed (${code}):\n${tail}`));
    });
  });
}

/** Peak of the process so far, and what it and its descendants hold now. */
function memoryOf(pid) {
  try {
    const bytes = statusBytes(pid, 'VmHWM');
    const parents = new Map();
    for (const entry of readdirSync('/proc')) {
      if (!/^\d+$/.test(entry)) continue;
      const parent = parentOf(entry);
      if (parent !== undefined) parents.set(Number(entry), parent);
    }
    const isOurs = (id) => id === pid || (parents.has(id) && isOurs(parents.get(id)));
    let treeBytes = 0;
    for (const id of parents.keys()) if (isOurs(id)) treeBytes += statusBytes(id, 'VmRSS');
    return { bytes, treeBytes: Math.max(bytes, treeBytes) };
  } catch {
    return undefined;
  }
}

function statusBytes(pid, key) {
  try {
    const [, kilobytes] =
      new RegExp(`^${key}:\\s*(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes ?? 0) * 1024;
  } catch (error) {
    // A descendant that has just ended.
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return 0;
    throw error;
  }
}

function parentOf(pid) {
  try {
    // The name, in parentheses, may hold anything.
    return Number(
      readFileSync(`/proc/${pid}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ')[1],
    );
  } catch {
    return undefined;
  }
}
