import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { expect, it } from 'vitest';

const pages = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'examples/README.md'],
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** The names that headings get as targets of links, as GitHub makes them. */
function anchors(path: string): Set<string> {
  const text = readFileSync(path, 'utf8').replace(/^```[^]*?^```$/gm, '');
  const found = new Set<string>();
  for (const [, title] of text.matchAll(/^#+ (.+)$/gm)) {
    const name = title!
      .toLowerCase()
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/[^\p{L}\p{N}\- _]/gu, '')
      .replaceAll(' ', '-');
    let free = name;
    for (let count = 1; found.has(free); count++) free = `${name}-${count}`;
    found.add(free);
  }
  return found;
}

it('links between pages lead somewhere', () => {
  const dead = pages.flatMap((page) =>
    [...readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#\s]*)(#[^)\s]*)?\)/g)].flatMap(([, file, anchor]) => {
      const target = file === '' ? page : join(dirname(page), file!);
      const isThere = existsSync(target) && (!anchor || anchors(target).has(anchor.slice(1)));
      return isThere ? [] : [`${page}: ${file!}${anchor ?? ''}`];
    }),
  );
  expect(dead).toEqual([]);
});

it('every page of docs/ can be reached from the README', () => {
  const reached = new Set(['README.md']);
  for (const page of reached) {
    for (const [, file] of readFileSync(page, 'utf8').matchAll(/\]\((?!https?:)([^)#\s]+\.md)(?:#[^)\s]*)?\)/g)) {
      reached.add(join(dirname(page), file!));
    }
  }
  expect(pages.filter((page) => page.startsWith('docs/') && !reached.has(page))).toEqual([]);
});
