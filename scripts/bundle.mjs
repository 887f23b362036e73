// Bundles what runs in the browser (lib/report/page), the command and the threads that draw (a bundle loads twice as fast, and
// users install nothing that only they need), and copies the font of the figures and the HDF5 library into dist.
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, transform } from 'esbuild';

const root = new URL('../', import.meta.url);
const path = (relative) => fileURLToPath(new URL(relative, root));

const options = { bundle: true, minify: true, legalComments: 'inline', logLevel: 'warning', metafile: true };
const forNode = { format: 'esm', platform: 'node', target: 'node20', mainFields: ['module', 'main'] };
const bundles = [
  await build({
    ...options,
    entryPoints: [path('lib/report/page/main.ts'), path('lib/report/page/page.css')],
    outdir: path('dist/report/page'),
    format: 'iife',
    target: ['chrome110', 'firefox113', 'safari16.4'],
    tsconfig: path('lib/report/page/tsconfig.json'),
  }),
  await build({
    ...options,
    ...forNode,
    entryPoints: [path('lib/report/drawer.ts')],
    outfile: path('dist/report/drawer.min.js'),
  }),
  // Legible, for the places that errors name; in the place of what the compiler made of the files.
  await build({
    ...options,
    ...forNode,
    // Names stay as they are.
    minify: false,
    minifyWhitespace: true,
    minifySyntax: true,
    entryPoints: [path('lib/cli/main.ts'), path('lib/report/report_worker.ts')],
    outbase: path('lib'),
    outdir: path('dist'),
    // WebAssembly would be parsed by every command.
    external: ['zarrita'],
    plugins: [
      { name: 'HDF5 apart', setup: hdf5Apart },
      { name: 'English only', setup: englishOnly },
    ],
    // For packages that are not modules
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
    },
  }),
];
// The commands are in the bundle.
for (const file of await readdir(path('dist/cli'))) if (file !== 'main.js') await rm(path(`dist/cli/${file}`));

await writeFile(path('dist/LICENSES.txt'), await licences(bundles));

// The other modules of the library, a line for each statement: comments are in the declarations.
const bundled = new Set(bundles.flatMap(({ metafile }) => Object.keys(metafile.outputs)).map((name) => resolve(name)));
for (const name of await readdir(path('dist'), { recursive: true })) {
  const file = path(`dist/${name}`);
  if (!file.endsWith('.js') || bundled.has(file) || name.includes('h5wasm')) continue;
  const { code } = await transform(await readFile(file, 'utf8'), { format: 'esm', target: 'node20' });
  await writeFile(file, code);
}

// In the place of what the compiler made of lib/files/hdf5_library.ts. As it is: bundled, its WebAssembly takes a tenth more.
await writeFile(path('dist/files/hdf5_library.js'), "export * from './h5wasm/hdf5_hl.js';\n");
await mkdir(path('dist/files/h5wasm'), { recursive: true });
for (const file of ['dist/node/hdf5_hl.js', 'dist/node/hdf5_util.js', 'LICENSE.txt']) {
  await copyFile(path(`node_modules/h5wasm/${file}`), path(`dist/files/h5wasm/${basename(file)}`));
}

const font = 'node_modules/@expo-google-fonts/inter';
await mkdir(path('dist/report/fonts'), { recursive: true });
for (const [from, to] of [
  ['400Regular/Inter_400Regular.ttf', 'Inter-Regular.ttf'],
  ['600SemiBold/Inter_600SemiBold.ttf', 'Inter-SemiBold.ttf'],
  ['LICENSE_FONT', 'LICENSE'],
]) {
  await copyFile(path(`${font}/${from}`), path(`dist/report/fonts/${to}`));
}

/** Leaves dist/files/hdf5_library.js out of the bundles, which lie in other folders of dist. */
function hdf5Apart({ onResolve }) {
  onResolve({ filter: /\/hdf5_library\.js$/ }, () => ({ path: '../files/hdf5_library.js', external: true }));
}

/** Leaves out what zod says in fifty other languages, 0.3 MB. */
function englishOnly({ onLoad }) {
  onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({ contents: "export { default as en } from './en.js';" }));
}

/** The licences of the packages in the bundles, as they ask for. */
async function licences(bundles) {
  const inputs = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs));
  const names = inputs.flatMap((input) => /node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []);
  const texts = [...new Set(names)].sort().map(async (name) => {
    const folder = path(`node_modules/${name}`);
    const file = existsSync(folder) && (await readdir(folder)).find((entry) => /^licen[cs]e/i.test(entry));
    return file ? `${name}\n\n${await readFile(`${folder}/${file}`, 'utf8')}` : name;
  });
  return (await Promise.all(texts)).join('\n----------\n\n');
}
