import js from '@eslint/js';
import tseslint from 'typescript-eslint';

import { layerRules } from './scripts/layers.mjs';

export default tseslint.config(
  {
    ignores: [
      'dist/',
      'build/',
      'build-core/',
      'build-prebuilt/',
      '.zig/',
      'build-sanitize/',
      'vendor/',
      'coverage/',
      'bench/results/',
      'test-output/',
      '.venv-bench/',
      '.venv-docs/',
      '.musl/',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Numbers in messages are the rule here, and indices that a loop bounds need no check each.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  ...layerRules,
  {
    files: ['**/*.mjs'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', Buffer: 'readonly', URL: 'readonly', fetch: 'readonly' },
    },
  },
);
