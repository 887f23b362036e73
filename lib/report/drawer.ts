// A thread that draws figures: gets a specification, answers with the SVG drawing. What fails ends the thread.
import { parentPort } from 'node:worker_threads';

import type { TopLevelSpec } from 'vega-lite';

import { drawSvg } from './draw_svg.js';

// One after the other: answers are in the order of the questions.
let drawing = Promise.resolve();
parentPort!.on('message', (spec: TopLevelSpec) => {
  drawing = drawing.then(async () => {
    parentPort!.postMessage(await drawSvg(spec));
  });
});
