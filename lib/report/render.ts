import { fileURLToPath } from 'node:url';

import { Resvg } from '@resvg/resvg-js';
import { parse, resetSVGDefIds, View } from 'vega';
import { compile, type TopLevelSpec } from 'vega-lite';

import { config } from './figures/theme.js';

/** Pixels of the PNG per unit of the drawing. */
const pixelRatio = 2;

const fontFolder = new URL('../../dist/report/fonts/', import.meta.url);
const fontFiles = ['Inter-Regular.ttf', 'Inter-SemiBold.ttf'].map((name) => fileURLToPath(new URL(name, fontFolder)));

/** Draws a figure. */
export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  const view = new View(parse(compile(spec, { config }).spec), { renderer: 'none' });
  // Ids of gradients would go on counting from the figure before.
  resetSVGDefIds();
  try {
    return await view.toSVG();
  } finally {
    view.finalize();
  }
}

/** Paints a drawing, without a break: in a thread of its own. */
export function renderPng(svg: string): Uint8Array {
  const image = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: pixelRatio },
    // The same picture on every machine, also where there are no fonts.
    font: { fontFiles, loadSystemFonts: false, defaultFontFamily: 'Inter', sansSerifFamily: 'Inter' },
    background: 'white',
  });
  return image.render().asPng();
}
