import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';
import { expect, it } from 'vitest';

import { addon } from '../../lib/native/addon.js';

it('what is declared is what the addon registers, both ways', () => {
  const folder = new URL('../../lib/native/', import.meta.url);
  const files = ['native.ts', ...readdirSync(new URL('functions/', folder)).map((file) => `functions/${file}`)];
  const declared = files.flatMap((file) => {
    const path = fileURLToPath(new URL(file, folder));
    const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
    return source.statements
      .filter(ts.isInterfaceDeclaration)
      .filter(({ name }) => name.text === 'NativeAddon' || name.text.endsWith('Functions'))
      .flatMap((statement) => statement.members.map((member) => member.name?.getText(source)));
  });
  const registered = Object.entries(addon)
    .filter(([, value]) => typeof value === 'function')
    .map(([name]) => name);
  expect(declared.length).toBeGreaterThan(20);
  expect(registered.sort()).toEqual(declared.sort());
});
