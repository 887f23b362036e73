// What a user does with the installed package: imports it, requires it, uses it in worker threads, types it, runs the command.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const fixture = fileURLToPath(new URL('../../test/fixtures/golden/mini-default/data', import.meta.url));
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/** Tracks the fixture and stops with an error unless the result is right. */
const trackText = `
  const { clusterCount } = await track({ data: ${JSON.stringify(fixture)}, settings: { method: 'reference' } });
  if (clusterCount !== 17 || typeof hdbscan !== 'function') throw new Error('Wrong result: ' + clusterCount + ' clusters.');`;

/** Names of what was tried. Throws where something fails. */
export function tryLibrary(user) {
  user.write('import.mjs', `import { track, hdbscan } from 'node-dant';${trackText}\n`);
  user.write('require.cjs', `const { track, hdbscan } = require('node-dant');\n(async () => {${trackText}\n})();\n`);
  user.write(
    'workers.mjs',
    `import { Worker } from 'node:worker_threads';
const ends = [1, 2].map(() => new Promise((resolve, reject) => {
  new Worker(new URL('import.mjs', import.meta.url)).on('error', reject).on('exit', resolve);
}));
if ((await Promise.all(ends)).some((code) => code !== 0)) throw new Error('A worker failed.');\n`,
  );
  for (const file of ['import.mjs', 'require.cjs', 'workers.mjs']) user.run([file]);
  return ['import', 'require', 'worker threads'];
}

/** The README's first five minutes. */
export function tryCommand(user) {
  if (!/^\d+\.\d+\.\d+\s*$/.test(user.dant('--version'))) throw new Error('dant --version prints no version.');
  user.dant('simulate', 'recording', '--neurons', '12', '--sessions', '3', '--channels', '64');
  user.dant('run', 'recording', '--quiet');
  for (const drawn of ['report.html', 'Figures/motion.png', 'Figures/motion.svg']) {
    if (!existsSync(join(user.folder, 'recording/DANT_Output', drawn))) throw new Error(`dant run wrote no ${drawn}.`);
  }
  if (!/^precision +1\.000/m.test(user.dant('score', 'recording/DANT_Output', 'recording'))) {
    throw new Error('dant score finds the results of a simple recording wrong.');
  }
  return ['dant simulate, run, score'];
}

const program = `import { track, readNpy, DantError, type TrackOptions, type TrackResult, type Settings } from 'node-dant';

const options: TrackOptions = { threads: 1, onProgress: ({ stage, fraction }) => { console.log(stage, fraction); } };
export async function run(folder: string): Promise<TrackResult> {
  try {
    return await track({ data: folder, settings: { clustering: { max_distance: 80 } }, ...options });
  } catch (error) {
    if (error instanceof DantError) console.error(error.code, error.message);
    throw error;
  }
}
export const shape = async (path: string): Promise<readonly number[]> => (await readNpy(path)).shape;
export type Method = Settings['method'];
`;

const strict = { strict: true, noEmit: true, target: 'es2022', types: [] };
const kinds = {
  'skipLibCheck off': { ...strict, module: 'nodenext', skipLibCheck: false },
  'skipLibCheck on': { ...strict, module: 'nodenext', skipLibCheck: true },
  exactOptionalPropertyTypes: { ...strict, module: 'nodenext', skipLibCheck: false, exactOptionalPropertyTypes: true },
  bundler: { ...strict, module: 'esnext', moduleResolution: 'bundler', skipLibCheck: false },
};

/** TypeScript without @types/node, with the options that users have. */
export function tryTypes(user) {
  // Modules of both kinds: an .mts file imports, a .cts file requires.
  user.write('use.mts', program);
  user.write('use.cts', program);
  for (const [kind, compilerOptions] of Object.entries(kinds)) {
    const files = kind === 'bundler' ? ['use.mts'] : ['use.mts', 'use.cts'];
    user.write('tsconfig.json', JSON.stringify({ compilerOptions, files }));
    const { status, output } = user.attempt([tsc, '-p', '.']);
    if (status !== 0) throw new Error(`TypeScript, ${kind}:\n${output.split('\n').slice(0, 20).join('\n')}`);
  }
  return [`TypeScript (${Object.keys(kinds).join(', ')})`];
}
