import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';
import { expect, it } from 'vitest';

import { addon } from '../../lib/native/addon.js';

it('what NativeAddon declares is what the addon registers, both ways', () => {
  const path = fileURLToPath(new URL('../../lib/native/native.ts', import.meta.url));
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest);
  const declared = source.statements
    .filter(ts.isInterfaceDeclaration)
    .filter((statement) => statement.name.text === 'NativeAddon')
    .flatMap((statement) => statement.members.map((member) => member.name?.getText(source)));
  const registered = Object.entries(addon)
    .filter(([, value]) => typeof value === 'function')
    .map(([name]) => name);
  expect(declared.length).toBeGreaterThan(20);
  expect(registered.sort()).toEqual(declared.sort());
});
