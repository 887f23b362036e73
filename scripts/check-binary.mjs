// Checks that a prebuilt binary asks for nothing that a system of its kind may lack: no newer glibc than Node's own, no
// library but the system's. Reads the binary with objdump (binutils), which knows ELF and PE of any processor.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const newestGlibc = [2, 28];
const systemLibraries = {
  linux: /^(lib(c|m|dl|pthread|rt)\.so(\.\d+)?|ld-linux-(x86-64\.so\.2|aarch64\.so\.1))$/,
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

/** What is wrong with the binary of a target, one line each. What Mach-O files (darwin) need is not looked at. */
export function binaryProblems(path, target) {
  const kind = target.replace(/-musl$/, '');
  const [platform] = kind.split('-');
  if (!beginnings[kind].test(readFileSync(path).subarray(0, 20).toString('hex'))) return [`is no binary for ${kind}`];
  const system = systemLibraries[platform];
  if (!system) return [];
  const headers = execFileSync('objdump', ['-p', path], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  const libraries = [...headers.matchAll(/^\s+(?:NEEDED|DLL Name:)\s+(\S+)/gm)].map(([, name]) => name);
  const problems = libraries
    .filter((name) => !system.test(name))
    .map((name) => `needs ${name}, which a system may lack`);
  if (platform === 'linux') {
    const versions = [...headers.matchAll(/0x\w+ 0x\w+ \d+ ([A-Z]\w*?)_([\d.]+)$/gm)];
    const isMusl = target.endsWith('-musl');
    if (isMusl !== (versions.length === 0)) problems.push(isMusl ? 'needs glibc' : 'names no version of glibc');
    for (const [, library, number] of versions) {
      if (library !== 'GLIBC') problems.push(`needs ${library} ${number}; it must be linked statically`);
      else if (isNewer(number.split('.').map(Number))) {
        problems.push(`needs glibc ${number}; the newest allowed is ${newestGlibc.join('.')}`);
      }
    }
  }
  return problems;
}

const isNewer = ([major, minor]) => major > newestGlibc[0] || (major === newestGlibc[0] && minor > newestGlibc[1]);
