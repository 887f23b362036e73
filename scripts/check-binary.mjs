// Checks that a prebuilt binary asks for nothing that a system of its kind may lack: no newer glibc than Node's own, no
// library but the system's. Reads the binary with objdump (binutils), which knows ELF and PE of any processor.
import { execFileSync } from 'node:child_process';

const newestGlibc = [2, 28];
const systemLibraries = {
  linux: /^(lib(c|m|dl|pthread|rt)\.so(\.\d+)?|ld-linux-(x86-64\.so\.2|aarch64\.so\.1))$/,
  win32: /^(kernel32|ntdll|ws2_32|advapi32|api-ms-win-.*)\.dll$/i,
};

/** What is wrong with the binary of a target, one line each; undefined if there is no tool for its format. */
export function binaryProblems(path, target) {
  const [platform] = target.split('-');
  const system = systemLibraries[platform];
  if (!system) return undefined;
  const headers = execFileSync('objdump', ['-p', path], { encoding: 'utf8' });
  const libraries = [...headers.matchAll(/^\s+(?:NEEDED|DLL Name:)\s+(\S+)/gm)].map(([, name]) => name);
  const versions = [...headers.matchAll(/0x\w+ 0x\w+ \d+ ([A-Z]\w*?)_([\d.]+)$/gm)];
  const problems = libraries
    .filter((name) => !system.test(name))
    .map((name) => `needs ${name}, which a system may lack`);
  if (platform === 'linux' && !target.endsWith('musl') && versions.length === 0)
    problems.push('names no version of glibc');
  for (const [, library, number] of versions) {
    if (library !== 'GLIBC') problems.push(`needs ${library} ${number}; it must be linked statically`);
    else if (isNewer(number.split('.').map(Number))) {
      problems.push(`needs glibc ${number}; the newest allowed is ${newestGlibc.join('.')}`);
    }
  }
  return problems;
}

const isNewer = ([major, minor]) => major > newestGlibc[0] || (major === newestGlibc[0] && minor > newestGlibc[1]);
