// Bundlers: the package works beside the bundle, and says so when it was put into it.
import { createRequire } from 'node:module';

import { webpackModule } from './tools.mjs';

const esbuild = createRequire(import.meta.url).resolve('esbuild');

/** A program that prints the clusters of a small recording's results, bundled in each way. */
export function tryBundlers(user) {
  user.write(
    'entry.mjs',
    `import { hdbscan } from 'node-dant';
const points = Float64Array.from({ length: 400 }, (_, i) => Math.abs((i / 20 | 0) % 2 - i % 20 % 2));
console.log(typeof hdbscan, points.length);\n`,
  );
  user.write(
    'bundle.cjs',
    `const [bundler, external, outfile] = process.argv.slice(2);
if (bundler === 'esbuild') {
  require(${JSON.stringify(esbuild)}).buildSync({
    entryPoints: ['entry.mjs'], bundle: true, platform: 'node', outfile, logLevel: 'error', format: outfile.endsWith('cjs') ? 'cjs' : 'esm',
    external: external === 'external' ? ['node-dant'] : [],
  });
} else {
  require(${JSON.stringify(webpackModule)})({
    mode: 'development', target: 'node20', entry: './entry.mjs', devtool: false, context: __dirname,
    output: { path: __dirname, filename: outfile },
    externals: external === 'external' ? { 'node-dant': 'node-commonjs node-dant' } : {},
  }, (error, stats) => {
    if (error || stats.hasErrors()) { console.error(error ?? stats.toString('errors-only')); process.exitCode = 1; }
  });
}\n`,
  );
  for (const [bundler, file] of [
    ['esbuild', 'outside.mjs'],
    ['esbuild', 'outside.cjs'],
    ['webpack', 'outside.webpack.cjs'],
  ]) {
    user.run(['bundle.cjs', bundler, 'external', file]);
    const printed = user.run([file]);
    if (!printed.startsWith('function 400')) throw new Error(`${bundler} with external printed: ${printed}`);
  }
  for (const file of ['inside.mjs', 'inside.cjs']) {
    user.run(['bundle.cjs', 'esbuild', 'inside', file]);
    const { status, output } = user.attempt([file]);
    if (status === 0 || !output.includes('external:node-dant')) {
      throw new Error(`Bundled into ${file}, node-dant does not say that it must be external:\n${output}`);
    }
  }
  return ['esbuild, webpack'];
}
