// Runs the library with a binary of another system than this one's: tracks a small data set with it and looks at the result.
import { copyFileSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Throws unless 17 neurons are found, as pyDANT finds.
 * @param binary the built dant.node
 * @param target its entry of targets.mjs
 * @param folder where the package's layout may be made, with that binary alone
 * @param arch what Node must say of its processor
 * @param run runs Node for that system: gets its arguments and environment
 */
export function trackFixture({ binary, target, folder, arch, run }) {
  const place = join(folder, 'package/prebuilds', target.file);
  mkdirSync(dirname(place), { recursive: true });
  copyFileSync(binary, place);
  const fixture = join(root, 'test/fixtures/golden/mini-default/data');
  const program = `
    import { track } from './dist/index.js';
    import { addon } from './dist/native/addon.js';
    const { clusterCount } = await track({ data: ${JSON.stringify(fixture)}, settings: { method: 'reference' } });
    if (process.arch !== ${JSON.stringify(arch)} || clusterCount !== 17) throw new Error('Wrong result on ' + process.arch);
    const libc = process.report.getReport().header.glibcVersionRuntime ? 'glibc' : 'musl';
    console.log('Node ' + process.version + ' for ' + process.arch + ' with ' + libc + ' tracks the fixture as expected (' +
      addon.simdLevels().inUse + ').');`;
  run(['--input-type=module', '--eval', program], {
    ...process.env,
    NODE_DANT_PREBUILD: join(folder, 'package'),
    PREBUILDS_ONLY: '1',
  });
}
