// Bundles what runs in the browser (lib/report/page) and the font of the figures into dist/report.
import { copyFile, mkdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = new URL('../', import.meta.url);
const path = (relative) => fileURLToPath(new URL(relative, root));

await build({
  entryPoints: [path('lib/report/page/main.ts'), path('lib/report/page/page.css')],
  outdir: path('dist/report/page'),
  bundle: true,
  minify: true,
  format: 'iife',
  target: ['chrome110', 'firefox113', 'safari16.4'],
  tsconfig: path('lib/report/page/tsconfig.json'),
  legalComments: 'inline',
  logLevel: 'warning',
});

const font = 'node_modules/@expo-google-fonts/inter';
await mkdir(path('dist/report/fonts'), { recursive: true });
for (const [from, to] of [
  ['400Regular/Inter_400Regular.ttf', 'Inter-Regular.ttf'],
  ['600SemiBold/Inter_600SemiBold.ttf', 'Inter-SemiBold.ttf'],
  ['LICENSE_FONT', 'LICENSE'],
]) {
  await copyFile(path(`${font}/${from}`), path(`dist/report/fonts/${to}`));
}
