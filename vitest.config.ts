import { configDefaults, defineConfig } from 'vitest/config';

const slow = 'test/**/*.slow.test.ts';

// `npm run test:slow` (--mode slow): tests that take minutes, one after the other because they measure time.
export default defineConfig(({ mode }) => ({
  test: {
    ...(mode === 'slow'
      ? { include: [slow], maxWorkers: 1 }
      : { include: ['test/**/*.test.ts'], exclude: [...configDefaults.exclude, slow], maxWorkers: '100%' }),
    // For machines with other work to do. Only a test that hangs reaches them.
    testTimeout: 180_000,
    hookTimeout: 180_000,
    pool: 'forks',
    globalSetup: ['scripts/golden-sets.mjs'],
  },
}));
