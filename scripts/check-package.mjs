// Packs the package as npm publishes it, installs the tarball into an empty project, and tracks with it: once built from
// source with the Eigen that the tarball carries, once from a prebuilt binary.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const project = mkdtempSync(join(tmpdir(), 'dant-package-'));
const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
const run = (command, args, options = {}) =>
  execFileSync(command, args, { cwd: project, encoding: 'utf8', ...options });

try {
  // The lifecycle scripts print before the JSON.
  const printed = run(npm, ['pack', '--json', '--pack-destination', project], { cwd: root });
  const [{ filename, size, files }] = JSON.parse(printed.slice(printed.search(/^\[/m)));
  for (const needed of [
    ...['dist/index.js', 'dist/cli/main.js', 'vendor/eigen/Eigen/Dense', 'native/core/job/job.cpp'],
    ...['dist/report/page/main.js', 'dist/report/page/page.css', 'dist/report/fonts/Inter-Regular.ttf'],
  ]) {
    if (!files.some(({ path }) => path === needed)) throw new Error(`The tarball lacks ${needed}.`);
  }
  cpSync(join(root, 'test/fixtures/golden/mini-default/data'), join(project, 'data'), { recursive: true });
  writeFileSync(join(project, 'package.json'), '{ "name": "user", "type": "module", "private": true }\n');
  const env = { ...process.env };
  delete env.EIGEN3_INCLUDE_DIR;
  run(npm, ['install', '--no-audit', '--no-fund', join(project, filename)], { env });
  const smoke = `
    import { track, hdbscan } from 'node-dant';
    const { clusterCount } = await track({
      data: ${JSON.stringify(join(root, 'test/fixtures/golden/mini-default/data'))}, settings: { method: 'reference' } });
    if (clusterCount !== 17 || typeof hdbscan !== 'function') throw new Error('wrong result');`;
  const track = (environment) => run(process.execPath, ['--input-type=module', '--eval', smoke], { env: environment });
  track(env);
  run(npm.replace('npm', 'npx'), ['dant', 'run', 'data', '--quiet']);
  for (const drawn of ['report.html', 'Figures/motion.png']) {
    if (!existsSync(join(project, 'data/DANT_Output', drawn))) throw new Error(`dant run did not write ${drawn}.`);
  }
  const version = run(npm.replace('npm', 'npx'), ['dant', '--version']).trim();

  const installed = join(project, 'node_modules/node-dant');
  const prebuilt = join(installed, 'prebuilds', `${process.platform}-${process.arch}`);
  mkdirSync(prebuilt, { recursive: true });
  cpSync(join(installed, 'build/Release/dant.node'), join(prebuilt, 'dant.node'));
  rmSync(join(installed, 'build'), { recursive: true });
  track({ ...env, PREBUILDS_ONLY: '1' });
  console.log(
    `node-dant ${version}: ${files.length} files, ${(size / 1e6).toFixed(1)} MB; ` +
      `installs and tracks in an empty project (${readdirSync(prebuilt).join()}).`,
  );
} finally {
  rmSync(project, { recursive: true, force: true });
}
