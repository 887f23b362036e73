// Reads that never end, and too little memory.
import { execFile, execFileSync, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { describe, expect, it } from 'vitest';

import { simulate } from '../../lib/index.js';
import { temporaryFolder } from './folder.js';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const folder = temporaryFolder();

describe.skipIf(process.platform === 'win32')('a read that hangs', () => {
  it.each(['check', 'run'])('does not hold up the second Ctrl-C of dant %s', async (command) => {
    const data = join(folder.path, 'data');
    await simulate(data, { neurons: 8, sessions: 2, channels: 16, samples: 24, durationS: 10 });
    // A pipe that nobody writes to, as a file on a network drive that is gone.
    rmSync(join(data, 'waveform_all.npy'));
    execFileSync('mkfifo', [join(data, 'waveform_all.npy')]);
    const child = spawn(process.execPath, [main, command, data]);
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      if (stderr.includes('once more stops at once')) child.kill('SIGINT');
    });
    const ended = new Promise((resolve) =>
      child.on('close', (_, signal) => {
        resolve(signal);
      }),
    );
    const asking = setInterval(() => {
      if (stderr === '') child.kill('SIGINT');
    }, 3000);
    expect(await ended).toBe('SIGINT');
    clearInterval(asking);
  });
});

describe.skipIf(process.platform !== 'linux')('too little memory', () => {
  // KiB; with less, Node itself ends with bad_alloc, while it makes the stack of an error. The figures have a thread of their own,
  // which V8 refuses to start.
  it.each([1_350_000, 1_300_000])('of %i KiB is what the error says', async (limit) => {
    const data = join(folder.path, 'data');
    await simulate(data, { neurons: 60, sessions: 3 });
    const command = `ulimit -v ${limit}; exec "$0" "$@" --outputs.figures false --outputs.report false`;
    const { stderr, code } = (await promisify(execFile)('sh', [
      '-c',
      command,
      process.execPath,
      main,
      'run',
      data,
    ]).catch((error: unknown) => error)) as { stderr: string; code?: number };
    expect(stderr).not.toMatch(/terminate called|mistake in node-dant/);
    // V8 itself gives up where its heap cannot grow.
    if (code === undefined || stderr.includes('FATAL ERROR') || stderr.includes('Fatal process')) return;
    expect(code).toBe(1);
    expect(stderr).toContain('not enough memory');
  });
});
