// Writes docs/api.md, the reference of the library, from the doc comments in the package's types (dist/*.d.ts), and
// docs/result-files.md from the schema of results. Run "npm run build:ts" first; "npm run docs:api" does.
// Command line: node scripts/docs-api.mjs [--check], which writes nothing and fails where a page is not current.
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import ts from 'typescript';

import { archivedPlaces, resultSchema } from '../dist/results/schema.js';

const dist = fileURLToPath(new URL('../dist/', import.meta.url));

/** The sections of the page: title, folders of lib/ that it takes (longest match), and a sentence. */
const sections = [
  ['Tracking', ['run', 'tracking', 'native'], 'From a data folder, or from arrays, to the neurons.'],
  ['Data and settings', ['dataset', 'recording', 'settings'], 'What a recording is, and how it is to be tracked.'],
  ['Unit features', ['features'], 'Of each unit, independent of the others.'],
  [
    'Steps of the method',
    ['correction', 'motion', 'matching', 'similarity', 'clustering', 'curation'],
    'Each is a function of its own, for other tools too.',
  ],
  ['Import', ['import'], 'From sorted sessions and raw recordings to a data folder.'],
  ['International Brain Laboratory', ['import/ibl', 'files/parquet'], 'Sessions in a local ONE cache.'],
  ['Results', ['report', 'export'], 'Reports and tables of results that are there.'],
  [
    'Experiments',
    ['experiment', 'processing', 'alignment', 'sync', 'tdms'],
    'From recordings and behaviour to what neurons do around events, day by day.',
  ],
  ['Simulation and scores', ['simulate', 'score'], 'Recordings whose neurons are known.'],
  ['Files', ['files'], 'NumPy files.'],
  ['Arrays and errors', ['arguments', 'arrays', 'errors', 'index'], 'What all functions share.'],
];

const tagTitles = { returns: 'Returns', throws: 'Throws', defaultValue: 'Default', see: 'See' };

const pages = { 'api.md': apiPage(), 'result-files.md': resultsPage() };
const stale = Object.keys(pages).filter((name) => readPage(name) !== pages[name]);
if (!process.argv.includes('--check')) stale.forEach((name) => writeFileSync(pageUrl(name), pages[name]));
else if (stale.length > 0) {
  console.error(`Not current: ${stale.map((name) => `docs/${name}`).join(', ')}. Run: npm run docs:api`);
  process.exitCode = 1;
}

function apiPage() {
  const index = `${dist}index.d.ts`;
  const program = ts.createProgram([index], {
    module: ts.ModuleKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    types: [],
  });
  const checker = program.getTypeChecker();
  const names = checker.getExportsOfModule(checker.getSymbolAtLocation(program.getSourceFile(index)));
  const original = (symbol) => (symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol);
  const entries = names.map((symbol) => entryOf(symbol.name, original(symbol)));
  const known = new Set(names.map(original));
  // What an entry's types are made of, though the package does not export it by name; the list grows while it is read.
  for (const { declarations } of entries) declarations.forEach(addTypes);
  function addTypes(node) {
    const symbol =
      ts.isIdentifier(node) && (ts.isTypeReferenceNode(node.parent) || ts.isExpressionWithTypeArguments(node.parent))
        ? original(checker.getSymbolAtLocation(node))
        : undefined;
    const file = symbol?.declarations?.[0].getSourceFile().fileName;
    // The types that make `Settings` of the table of settings explain nothing; settings.md does.
    const isOurs =
      file?.startsWith(dist) && (!file.startsWith(`${dist}settings/`) || symbol.name === 'CheckedSettings');
    if (isOurs && !(symbol.flags & ts.SymbolFlags.TypeParameter) && !known.has(symbol)) {
      known.add(symbol);
      entries.push(entryOf(symbol.name, symbol));
    }
    ts.forEachChild(node, addTypes);
  }
  const undocumented = entries.filter(
    ({ declarations }) => ts.isFunctionDeclaration(declarations[0]) && !comment(declarations[0]),
  );
  if (undocumented.length > 0) {
    throw new Error(`Functions without a doc comment: ${undocumented.map(({ name }) => name).join(', ')}.`);
  }
  const bySection = sections.map(([title]) => entries.filter(({ section }) => section === title).sort(byKindAndName));
  // As GitHub names headings: of equal ones, a function and a type for example, the second gets a number.
  const anchors = new Set();
  for (const entry of bySection.flat()) {
    const anchor = entry.name.toLowerCase();
    entry.anchor = anchors.has(anchor) ? `${anchor}-1` : anchor;
    anchors.add(anchor);
  }
  const parts = sections.flatMap(([title, , about], at) => [
    ...[`## ${title}`, about, contents(bySection[at])],
    ...bySection[at].flatMap(entryText),
  ]);
  return `${[
    '# Library reference',
    '<!-- Written by "npm run docs:api" from the doc comments; edit those. -->',
    '<!-- no block is run: declarations, which the check that this page is current compares with the package -->',
    "Everything that `import … from 'node-dant'` gives; [library.md](library.md) shows how it is used.",
    ...parts,
  ].join('\n\n')}\n`.replace('-->\n\n<!--', '-->\n<!--');
}

function entryOf(name, symbol) {
  const declarations = symbol.declarations.map((node) => (ts.isVariableDeclaration(node) ? node.parent.parent : node));
  return { name, declarations, section: sectionOf(declarations[0].getSourceFile().fileName) };
}

function sectionOf(file) {
  const path = relative(dist, file).replaceAll('\\', '/');
  const fits = sections.flatMap(([title, folders]) => folders.map((folder) => [title, folder]));
  const [section] = fits
    .filter(([, folder]) => path.startsWith(`${folder}/`) || path === `${folder}.d.ts`)
    .sort(([, a], [, b]) => b.length - a.length);
  if (!section) throw new Error(`scripts/docs-api.mjs: no section takes ${path}.`);
  return section[0];
}

function kind({ declarations: [node] }) {
  return ts.isFunctionDeclaration(node) ? 0 : ts.isClassDeclaration(node) ? 1 : ts.isVariableStatement(node) ? 2 : 3;
}

function byKindAndName(a, b) {
  return kind(a) - kind(b) || (a.name < b.name ? -1 : 1);
}

/** Functions first, and only those; types are found from their links. */
function contents(entries) {
  const names = (wanted) => entries.filter(wanted).map(({ name, anchor }) => `[\`${name}\`](#${anchor})`);
  const lists = [
    ['Functions, classes and values', names((entry) => kind(entry) < 3)],
    ['Types', names((entry) => kind(entry) === 3)],
  ];
  return lists
    .filter(([, list]) => list.length > 0)
    .map(([title, list]) => `${title}: ${list.join(', ')}.`)
    .join('\n\n');
}

function entryText({ name, declarations }) {
  const text = declarations.flatMap((node) => {
    const doc = comment(node);
    return [...(doc ? [doc] : []), `\`\`\`ts\n${declaration(node)}\n\`\`\``];
  });
  return [`### ${name}`, ...text];
}

/** The declaration as it stands in the types, without its own doc comment and what every one begins with. */
function declaration(node) {
  const words = node.getText().replace(/^(export )?(declare )?/, '');
  // Private members say nothing to a reader.
  return words
    .replace(/^ +(#private|private .*);\n/gm, '')
    .replace(/^( {4})+/gm, (blanks) => blanks.slice(blanks.length / 2));
}

function comment(node) {
  const [doc] = ts
    .getJSDocCommentsAndTags(node)
    .filter((part) => ts.isJSDoc(part))
    .slice(-1);
  if (!doc) return '';
  const words = (part) => joined(ts.getTextOfJSDocComment(part) ?? '');
  const tags = doc.tags ?? [];
  const params = tags
    .filter((tag) => ts.isJSDocParameterTag(tag))
    .map((tag) => `- \`${tag.name.getText()}\`: ${words(tag.comment).replace(/^- /, '')}`);
  const other = tags
    .filter((tag) => !ts.isJSDocParameterTag(tag))
    .map((tag) => `_${tagTitles[tag.tagName.text] ?? tag.tagName.text}:_ ${words(tag.comment)}`);
  return [words(doc.comment), params.join('\n'), ...other].filter((part) => part !== '').join('\n\n');
}

/** Lines of a sentence in one; lists and empty lines stay. Braces of links to other names become code. */
function joined(text) {
  return text
    .trim()
    .replace(/\{@link (\w+)\}/g, '`$1`')
    .replace(/([^\n])\n(?!\n| *[-*] )/g, '$1 ')
    .replace(/ {2,}/g, ' ');
}

function resultsPage() {
  const cell = (text) => text.replaceAll('|', '\\|');
  const rows = Object.entries(resultSchema).map(([name, entry]) => {
    const places = [
      ...(entry.file === false ? [] : [`\`${name}.npy\``]),
      ...archivedPlaces(name).map(([archive, member]) => `\`${member}\` of \`${archive}\``),
    ];
    return `| ${places.join(', ')} | ${entry.shape ? `(${entry.shape})` : 'a number'} | ${cell(entry.meaning)}${entry.isPydant ? '' : ' *'} |`;
  });
  return `# The files of a result

<!-- Written by "npm run docs:api" from lib/results/schema.ts; edit that file. -->

[results.md](results.md) says how a result is read. N units, S sessions, C channels, T samples, K clusters, M matched pairs, P nearby
pairs, Q and R as many as were found, G shanks that were tracked apart (dimensions in brackets are there with several only).
Units, channels and pairs count from 0; sessions and clusters from 1. What pyDANT does not write is marked with *.

| where | shape | meaning |
| --- | --- | --- |
${rows.join('\n')}

Beside them lie \`run.json\` (versions, settings, time per stage, memory, warnings), \`report.html\`, \`Figures/\`, for imported data
\`tracked_units.csv\`, and after \`dant evidence\` also \`evidence.json\`. \`.dant-files\` lists what was written, so that files
of yours in the folder are never taken for results.
`;
}

function readPage(name) {
  try {
    return readFileSync(pageUrl(name), 'utf8');
  } catch {
    return undefined;
  }
}

function pageUrl(name) {
  return new URL(`../docs/${name}`, import.meta.url);
}
