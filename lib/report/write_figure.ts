import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { extname } from 'node:path';

import { argumentError } from '../errors.js';
import { outputError, systemOutputError } from '../files/file_error.js';
import { figurePage } from './html.js';
import type { Figure } from './figures/figure.js';
import { Painters, type Painted } from './painters.js';
import type { Fact } from './summary.js';

/**
 * Draws a figure into a new file: .png, .svg, or .html, which shows it in a page with what is known about it.
 * @throws DANT_ARGUMENT for another ending, DANT_OUTPUT if the file exists or cannot be written.
 */
export async function writeFigure(path: string, figure: Figure, facts: readonly Fact[] = []): Promise<void> {
  const { spec, ...about } = figure;
  const contents: Record<string, (painted: Painted) => string | Uint8Array | Promise<string>> = {
    '.png': ({ png }) => png,
    '.svg': ({ svg }) => svg,
    '.html': (painted) => figurePage(about.title, facts, { ...about, ...painted }),
  };
  const content = contents[extname(path).toLowerCase()];
  if (content === undefined) throw argumentError('the output', 'a name that ends in .png, .svg or .html', path);
  if ('missing' in spec) throw argumentError('figure', 'one that can be drawn', spec.missing);
  if (existsSync(path)) throw outputError(path, 'it exists already and is not overwritten.');
  const painters = new Painters(1);
  const part = `${path}.part`;
  try {
    await writeFile(part, await content(await painters.draw({ title: about.title, ...spec })));
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true });
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : systemOutputError(path, error);
  } finally {
    await painters.close();
  }
}
