import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What people read where no binary can be loaded: what was looked for, what was found, and what helps.
 *
 * @param folder the package's
 * @param error of the attempt to load one
 */
export function noBinaryText(folder: string, error: Error): string {
  const prebuilt = join(folder, 'prebuilds');
  const found = existsSync(prebuilt) ? readdirSync(prebuilt).sort() : [];
  if (existsSync(join(folder, 'build/Release/dant.node'))) found.push('one built here');
  // The loader's own words for "none fits" would only repeat the rest.
  const reason = error.message.startsWith('No native build was found') ? '' : `  error    ${error.message.trim()}\n`;
  const script = join(folder, 'scripts/build-native.mjs');
  return (
    'The native part of node-dant could not be loaded: no binary fits this system.\n' +
    `  wanted   ${process.platform}-${process.arch}${libcText()}, Node ${process.version}\n` +
    `  found    ${found.join(', ') || 'none'} (in ${folder})\n` +
    reason +
    'It can be built here, with a C++20 compiler (GCC 11, Clang 14 or newer) and CMake 3.18 or newer, whether npm, pnpm or\n' +
    'yarn installed the package:\n' +
    `  node ${script.includes(' ') ? `"${script}"` : script}`
  );
}

function libcText(): string {
  if (process.platform !== 'linux') return '';
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return header.glibcVersionRuntime ? ` with glibc ${header.glibcVersionRuntime}` : ' with musl';
}
