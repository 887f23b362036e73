import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const npm = (...args) => execFileSync('npm', args, { encoding: 'utf8', shell: process.platform === 'win32' }).trim();

/** npm's own program, for Node: on Windows its command is a script of the shell. */
export const npmProgram = join(npm('root', '--global'), 'npm/bin/npm-cli.js');
export const registry = npm('config', 'get', 'registry');
