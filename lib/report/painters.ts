import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { abortError } from '../errors.js';
import { withOutputErrors } from '../files/npy_writer.js';
import type { Figure, FigureData } from './figures/figure.js';
import { figures } from './figures/index.js';
import { renderPng, renderSvg } from './render.js';

export const figureFolder = 'Figures';

/** A figure as it was drawn. */
export interface DrawnFigure extends Omit<Figure, 'spec'> {
  svg?: string;
  png?: Buffer;
  /** Why it could not be drawn. */
  missing?: string;
}

/** Draws all figures. */
export async function drawFigures(
  data: FigureData,
  { signal, onProgress }: { signal?: AbortSignal | undefined; onProgress?: (fraction: number) => void } = {},
): Promise<DrawnFigure[]> {
  const drawn: Promise<DrawnFigure>[] = [];
  for (const figure of figures) {
    if (signal?.aborted) throw abortError(signal);
    const { spec, ...about } = figure(data);
    if ('missing' in spec) {
      drawn.push(Promise.resolve({ ...about, missing: spec.missing }));
    } else {
      const svg = await renderSvg({ title: about.title, ...spec });
      // Painted in a thread of its own while the next one is drawn.
      const painted = renderPng(svg).then((png) => ({ ...about, svg, png }));
      // A failure is reported by the last line.
      painted.catch(() => undefined);
      drawn.push(painted);
    }
    onProgress?.(drawn.length / figures.length);
  }
  return Promise.all(drawn);
}

/** Writes `Figures/<name>.png` and `.svg`; returns their paths relative to the folder. */
export async function writeFigures(folder: string, drawn: readonly DrawnFigure[]): Promise<string[]> {
  const written: string[] = [];
  const path = join(folder, figureFolder);
  await withOutputErrors(path, async () => {
    await mkdir(path, { recursive: true });
    for (const { name, svg, png } of drawn) {
      for (const [ending, content] of [['svg', svg] as const, ['png', png] as const]) {
        if (content === undefined) continue;
        await writeFile(join(path, `${name}.${ending}`), content);
        written.push(`${figureFolder}/${name}.${ending}`);
      }
    }
  });
  return written;
}
