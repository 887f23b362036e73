// A thread that draws figures: gets specifications, and hands the SVG drawings to the threads that paint. What fails ends
// the thread.
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';

import { drawSvg } from './draw_svg.js';
import type { DrawingAsked, Drawing } from './painters.js';

const { ports } = workerData as { ports: readonly MessagePort[] };

// One after the other: they come in the order in which they are wanted.
let drawing = Promise.resolve();
parentPort!.on('message', ({ id, spec }: DrawingAsked) => {
  drawing = drawing.then(async () => {
    ports[id % ports.length]!.postMessage({ id, svg: await drawSvg(spec) } satisfies Drawing);
  });
});
