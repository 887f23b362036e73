// A thread that paints drawings: gets SVG drawings, answers with these and their PNGs. What fails ends the thread.
import { fileURLToPath } from 'node:url';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';

import { Resvg } from '@resvg/resvg-js';

import type { Drawing, PaintedDrawing } from './painters.js';
import { rgbaPng } from './png.js';

/** Pixels of the PNG per unit of the drawing. */
const pixelRatio = 2;

const fontFolder = new URL('../../dist/report/fonts/', import.meta.url);
const fontFiles = ['Inter-Regular.ttf', 'Inter-SemiBold.ttf'].map((name) => fileURLToPath(new URL(name, fontFolder)));

const { ports } = workerData as { ports: readonly MessagePort[] };

ports[0]!.on('message', ({ id, svg }: Drawing) => {
  const painting = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: pixelRatio },
    // The same picture on every machine, also where there are no fonts.
    font: { fontFiles, loadSystemFonts: false, defaultFontFamily: 'Inter', sansSerifFamily: 'Inter' },
    background: 'white',
  });
  const { pixels, width } = painting.render();
  parentPort!.postMessage({ id, svg, png: rgbaPng(pixels, width) } satisfies PaintedDrawing);
  ports[0]!.postMessage('painted');
});
