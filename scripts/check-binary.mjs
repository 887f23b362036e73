// Checks that a prebuilt binary asks for nothing that a system of its kind may lack: no newer glibc than Node's own, no
// library but the system's. Reads ELF and PE files of any processor with objdump (binutils), Mach-O files by itself.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { machONeeds } from './mach-o.mjs';

const newestGlibc = [2, 28];
const newestMacos = [11, 0];
const systemLibraries = {
  linux: /^(lib(c|m|dl|pthread|rt)\.so(\.\d+)?|ld-linux-(x86-64\.so\.2|aarch64\.so\.1))$/,
  darwin: /^\/usr\/lib\/lib(System\.B|c\+\+(abi)?(\.1)?)\.dylib$/,
  win32: /^(kernel32|ntdll|ws2_32|advapi32|api-ms-win-.*)\.dll$/i,
};

/** First bytes of the files of each kind, in hexadecimal: format and, where they tell it, processor. */
const beginnings = {
  'linux-x64': /^7f454c460201.{24}3e00/,
  'linux-arm64': /^7f454c460201.{24}b700/,
  'darwin-x64': /^cffaedfe07000001/,
  'darwin-arm64': /^cffaedfe0c000001/,
  'win32-x64': /^4d5a/,
};

/** What is wrong with the binary of a target, one line each. */
export function binaryProblems(path, target) {
  const kind = target.replace(/-musl$/, '');
  const [platform] = kind.split('-');
  if (!beginnings[kind].test(readFileSync(path).subarray(0, 20).toString('hex'))) return [`is no binary for ${kind}`];
  if (platform === 'darwin') return macosProblems(path, kind);
  const headers = execFileSync('objdump', ['-p', path], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const libraries = [...headers.matchAll(/^\s+(?:NEEDED|DLL Name:)\s+(\S+)/gm)].map(([, name]) => name);
  const problems = libraries
    .filter((name) => !systemLibraries[platform].test(name))
    .map((name) => `needs ${name}, which a system may lack`);
  if (platform === 'linux') {
    const versions = [...headers.matchAll(/0x\w+ 0x\w+ \d+ ([A-Z]\w*?)_([\d.]+)$/gm)];
    const isMusl = target.endsWith('-musl');
    if (isMusl !== (versions.length === 0)) problems.push(isMusl ? 'needs glibc' : 'names no version of glibc');
    for (const [, library, number] of versions) {
      if (library !== 'GLIBC') problems.push(`needs ${library} ${number}; it must be linked statically`);
      else if (isNewer(number.split('.').map(Number), newestGlibc)) {
        problems.push(`needs glibc ${number}; the newest allowed is ${newestGlibc.join('.')}`);
      }
    }
  }
  return problems;
}

function macosProblems(path, kind) {
  const { name, libraries, oldestSystem, isSigned } = machONeeds(path);
  const problems = libraries
    .filter((library) => !systemLibraries.darwin.test(library))
    .map((library) => `needs ${library}, which a system may lack`);
  if (name?.startsWith('/')) problems.push(`is called ${name}, where it was built`);
  if (!oldestSystem) problems.push('names no version of macOS');
  else if (isNewer(oldestSystem, newestMacos)) {
    problems.push(`needs macOS ${oldestSystem.join('.')}; the newest allowed is ${newestMacos.join('.')}`);
  }
  // Processors of Apple run nothing without a signature, if only one made ad hoc.
  if (kind === 'darwin-arm64' && !isSigned) problems.push('is not signed');
  return problems;
}

function isNewer([major, minor], [newestMajor, newestMinor]) {
  return major > newestMajor || (major === newestMajor && minor > newestMinor);
}
