import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

import { dant } from './dant.js';

describe('dant', () => {
  it('prints its version', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(await dant(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('explains itself', async () => {
    const { code, stdout } = await dant(['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('A first run:');
    expect(stdout).toContain('Exit codes:');
  });

  it.each([[[]], [['inti']], [['init', '--folder']], [['init', 'a', 'b']]])(
    'ends with exit code 2 after wrong usage: %j',
    async (args) => {
      const { code, stdout, stderr } = await dant(args);
      expect(code).toBe(2);
      expect(stdout).toBe('');
      expect(stderr).not.toBe('');
    },
  );

  it('proposes the command that was meant', async () => {
    expect((await dant(['inti'])).stderr).toContain("dant: unknown command 'inti'\n(Did you mean init?)");
  });
});
