// A thread that paints drawings: gets an SVG drawing, answers with its PNG. What fails ends the thread.
import { fileURLToPath } from 'node:url';
import { parentPort } from 'node:worker_threads';

import { Resvg } from '@resvg/resvg-js';

/** Pixels of the PNG per unit of the drawing. */
const pixelRatio = 2;

const fontFolder = new URL('../../dist/report/fonts/', import.meta.url);
const fontFiles = ['Inter-Regular.ttf', 'Inter-SemiBold.ttf'].map((name) => fileURLToPath(new URL(name, fontFolder)));

parentPort!.on('message', (svg: string) => {
  const image = new Resvg(svg, {
    fitTo: { mode: 'zoom', value: pixelRatio },
    // The same picture on every machine, also where there are no fonts.
    font: { fontFiles, loadSystemFonts: false, defaultFontFamily: 'Inter', sansSerifFamily: 'Inter' },
    background: 'white',
  });
  parentPort!.postMessage(image.render().asPng());
});
