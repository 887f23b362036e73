// What the tests did not find: a browser, and data sets with pyDANT's results. The mini sets are part of the project; the others
// stand beside it, in ../shared, and tests that need them are skipped where they are missing. Also a global setup of vitest,
// whose `teardown` writes after everything else.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const sets = JSON.parse(readFileSync(new URL('../test/golden_sets.json', import.meta.url), 'utf8'));
const fixtures = new URL('../test/fixtures/golden/', import.meta.url);
const shared = new URL('../../shared/golden/', import.meta.url);

/** One line: how many sets there are, and which were not found, and why. */
export function goldenSetsText() {
  const folders = [
    ...sets.fixtures.map((name) => [name, fixtures]),
    ...[...sets.shared, 'kernels'].map((name) => [name, shared]),
  ];
  const missing = folders.filter(([name, parent]) => !existsSync(new URL(name, parent)));
  if (missing.length === 0) return `Golden sets: all ${folders.length} found.`;
  const parents = [...new Set(missing.map(([, parent]) => parent))].map((parent) => {
    const names = missing.filter(([, other]) => other === parent).map(([name]) => name);
    const path = fileURLToPath(parent);
    const why = existsSync(parent) ? `not in ${path}` : `there is no folder ${path}`;
    return `${names.join(', ')} (${why})`;
  });
  return `Golden sets: ${missing.length} of ${folders.length} not found, their tests were skipped: ${parents.join('; ')}.`;
}

/** One line: whether the report is tested in a browser, and if not, how many tests were skipped and why. */
export function browserTestsText() {
  const path = [process.env.CHROMIUM_PATH, '/usr/bin/chromium'].find((path) => path && existsSync(path));
  if (path) return `Browser: ${path}.`;
  const source = readFileSync(new URL('../test/report/page/page.test.ts', import.meta.url), 'utf8');
  const count = source.match(/^ +it\(/gm).length;
  return `Browser: ${count} tests of the report were skipped: there is no Chromium (CHROMIUM_PATH, /usr/bin/chromium).`;
}

export function teardown() {
  console.log(`\n${goldenSetsText()}\n${browserTestsText()}`);
}
