// Checks the layout of the C++ files against .clang-format; with --write, lays them out.
import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const files = readdirSync(join(root, 'native'), { recursive: true }).filter((file) => /\.(cpp|h)$/.test(file));
const clangFormat = createRequire(import.meta.url).resolve('clang-format/index.js');
const mode = process.argv.includes('--write') ? ['-i'] : ['--dry-run', '--Werror'];
try {
  execFileSync(process.execPath, [clangFormat, ...mode, ...files.map((file) => join('native', file))], {
    cwd: root,
    stdio: 'inherit',
  });
} catch {
  console.error('Lay the C++ files out with: npm run format');
  process.exitCode = 1;
}
