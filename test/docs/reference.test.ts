import { execFileSync } from 'node:child_process';

import { expect, it } from 'vitest';

it('docs/api.md and docs/result-files.md are current (npm run docs:api)', () => {
  const check = () => execFileSync(process.execPath, ['scripts/docs-api.mjs', '--check'], { stdio: 'pipe' });
  expect(check).not.toThrow();
});
