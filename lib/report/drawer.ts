// A thread that draws figures: gets specifications, and hands the SVG drawings to the threads that paint. What fails ends
// the thread.
import { setImmediate } from 'node:timers/promises';
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';

import { drawSvg } from './draw_svg.js';
import type { DrawingAsked, Drawing } from './painters.js';

const { ports } = workerData as { ports: readonly MessagePort[] };

const rasterers = ports.map((port) => ({ port, waiting: 0 }));
for (const rasterer of rasterers) {
  rasterer.port.on('message', () => {
    --rasterer.waiting;
  });
}

// One after the other: they come in the order in which they are wanted.
let drawing = Promise.resolve();
parentPort!.on('message', ({ id, spec }: DrawingAsked) => {
  drawing = drawing.then(async () => {
    const svg = await drawSvg(spec);
    // Lets in what the others have to say.
    await setImmediate();
    const freest = rasterers.reduce((least, other) => (other.waiting < least.waiting ? other : least));
    ++freest.waiting;
    freest.port.postMessage({ id, svg } satisfies Drawing);
  });
});
