// Tables and files of results.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';

export const ownVersion = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;

const folder = new URL('results/', import.meta.url);

/** A table with padded columns; the first column is left-aligned, the others right. */
export function markdownTable(header, rows) {
  const widths = header.map((cell, k) => Math.max(cell.length, ...rows.map((row) => row[k].length)));
  const line = (cells) =>
    `| ${cells.map((cell, k) => (k === 0 ? cell.padEnd(widths[k]) : cell.padStart(widths[k]))).join(' | ')} |`;
  const rule = `| ${widths.map((width, k) => (k === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`;
  return [line(header), rule, ...rows.map(line)].join('\n');
}

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Three significant digits, never with an exponent. */
export const short = (value) => String(Number(value.toPrecision(3)));

/** 12,345,678 → "12.3 M" */
export function engineering(value) {
  const [scale, prefix] = [
    [1e9, ' G'],
    [1e6, ' M'],
    [1e3, ' k'],
    [1, ' '],
  ].find(([least]) => value >= least) ?? [1, ' '];
  return `${(value / scale).toPrecision(3)}${prefix}`;
}

export const processor = () => `${cpus()[0]?.model ?? 'unknown processor'} (${cpus().length} cores)`;

/** Writes bench/results/<name>-<time>.json and .md; returns the path without its ending. */
export function saveResults(name, results, markdown) {
  mkdirSync(folder, { recursive: true });
  const path = fileURLToPath(new URL(`${name}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`, folder));
  writeFileSync(`${path}.json`, `${JSON.stringify(results, undefined, 2)}\n`);
  writeFileSync(`${path}.md`, `${markdown}\n`);
  return path;
}
