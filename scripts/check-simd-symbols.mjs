// Checks that the kernels of one instruction set cannot leak into another: the object files of native/core/simd define
// their level's table, functions in their level's namespace, and nothing else that a linker could merge. A symbol that two levels share would be taken from either one,
// and a processor without that instruction set would crash.
// Command line: node scripts/check-simd-symbols.mjs [build folder], by default build/.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = process.argv[2] ?? fileURLToPath(new URL('../build', import.meta.url));
const objectsByLevel = findObjects(folder);
const problems = [];
if (objectsByLevel.size === 0) {
  problems.push(`No object files of dant_simd_<level> were found in ${folder}. Run: node scripts/build-native.mjs`);
}
const levelsOfWeak = new Map();
for (const [level, objects] of objectsByLevel) {
  const symbols = objects.flatMap(globalSymbols);
  if (!symbols.some(({ name }) => isTable(name, level)))
    problems.push(`${level}: its table kernels_${level} is missing.`);
  for (const { type, name } of symbols) {
    if (isTable(name, level) || (type === 'T' && isKernel(name, level))) continue;
    problems.push(`${level}: defines ${name} (${type}); expected only kernels_${level} and dant::${level}::….`);
    // W, V, u: weak and unique symbols; the linker keeps one of several.
    if ('WwVvu'.includes(type)) levelsOfWeak.set(name, [...(levelsOfWeak.get(name) ?? []), level]);
  }
}
for (const [name, levels] of levelsOfWeak) {
  if (levels.length > 1) problems.push(`${levels.join(', ')}: share the weak symbol ${name}.`);
}

if (problems.length > 0) {
  console.error(`The SIMD levels are not apart:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
  process.exitCode = 1;
} else {
  console.log(`The SIMD levels ${[...objectsByLevel.keys()].join(', ')} define nothing but their tables and kernels.`);
}

/** The object files of each level, by its name. */
function findObjects(buildFolder) {
  const found = new Map();
  if (!existsSync(buildFolder)) return found;
  for (const entry of readdirSync(buildFolder, { recursive: true })) {
    const [, level] = /dant_simd_(\w+)\.dir[\\/].*\.(?:o|obj)$/.exec(entry) ?? [];
    if (level) found.set(level, [...(found.get(level) ?? []), join(buildFolder, entry)]);
  }
  return found;
}

/** Symbols that the object defines for others: nm's upper-case types, and the weak and unique ones. */
function globalSymbols(object) {
  const lines = execFileSync('nm', ['--defined-only', '-P', object], { encoding: 'utf8' }).trim().split('\n');
  return lines
    .map((line) => line.split(' '))
    .filter(([, type]) => /[A-Zuvw]/.test(type))
    .map(([name, type]) => ({ name, type }));
}

/** Whether a mangled name is dant::kernels_<level>. Mach-O puts one more underscore in front. */
function isTable(name, level) {
  const table = `kernels_${level}`;
  return name.replace(/^_(?=_Z)/, '') === `_ZN4dant${table.length}${table}E`;
}

/** Whether a mangled name is that of a function in dant::<level>. */
function isKernel(name, level) {
  return name.replace(/^_(?=_Z)/, '').startsWith(`_ZN4dant${level.length}${level}`);
}
