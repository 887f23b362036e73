// Does what a first run does: simulates a recording, tracks its neurons and compares the result with the truth.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'dant-demo-'));
const dant = (...args) => {
  console.log(`\n$ dant ${args.join(' ')}`);
  execFileSync(process.execPath, [main, ...args], { cwd: folder, stdio: 'inherit' });
};
try {
  dant('simulate', 'recording');
  dant('run', 'recording');
  dant('score', 'recording/DANT_Output', 'recording');
} finally {
  rmSync(folder, { recursive: true });
}
console.log('\nThe demo removed its files. The same commands, in a folder of yours, keep them.');
