import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

import type { TopLevelSpec } from 'vega-lite';

import type { Painted } from './painter.js';

// A bundle, which loads twice as fast. As built, also where the sources are run: a thread loads plain JavaScript.
const painter = new URL('../../dist/report/painter.min.js', import.meta.url);
/** Each thread loads the drawing library of its own, which takes as long as a few figures. */
const mostThreads = 4;

/** Threads that draw figures; they load while there is nothing to draw yet. */
export class Painters {
  private readonly workers: Worker[];

  /** @param threads At most so many; −1: as many as cores */
  constructor(threads: number) {
    const count = Math.min(mostThreads, threads < 1 ? availableParallelism() : threads);
    this.workers = Array.from({ length: count }, () => new Worker(painter));
  }

  /** Draws figures; `onDrawn` is called after each. */
  async draw(specs: readonly TopLevelSpec[], onDrawn: () => void): Promise<Painted[]> {
    const painted: Painted[] = [];
    let next = 0;
    await Promise.all(
      this.workers.map(async (worker) => {
        while (next < specs.length) {
          const i = next++;
          worker.postMessage(specs[i]);
          [painted[i]] = (await once(worker, 'message')) as [Painted];
          onDrawn();
        }
      }),
    );
    return painted;
  }
}
