import { availableParallelism } from 'node:os';
import { MessageChannel, Worker, type MessagePort } from 'node:worker_threads';

import type { TopLevelSpec } from 'vega-lite';

/** A figure as drawn. */
export interface Painted {
  svg: string;
  png: Uint8Array;
}

/** What goes from thread to thread, with the number of the drawing. */
export interface DrawingAsked {
  id: number;
  spec: TopLevelSpec;
}
export interface Drawing {
  id: number;
  svg: string;
}
export interface PaintedDrawing extends Painted {
  id: number;
}

// As built, also where the sources are run: a thread loads plain JavaScript. The drawing library is in a bundle, which
// loads twice as fast.
const drawer = new URL('../../dist/report/drawer.min.js', import.meta.url);
const rasterer = new URL('../../dist/report/rasterer.js', import.meta.url);
const mostRasterers = 3;
/** Most of what drawing makes is thrown away at once; more room for it spares half of the time of collecting it. */
const youngMegabytes = 64;

/**
 * Threads that draw figures: one with the drawing library, which takes as long to load as several figures to draw, and others
 * that paint its drawings. They load while there is nothing to draw yet. Drawings go straight from the one to the others, so
 * that painting does not wait for whoever asked.
 */
export class Painters {
  readonly #drawer: Worker;
  readonly #workers: Worker[] = [];
  readonly #waiting = new Map<number, { resolve: (painted: Painted) => void; reject: (error: Error) => void }>();
  #asked = 0;
  #failure: Error | undefined;

  /** @param threads At most so many that paint; −1: as many as cores */
  constructor(threads: number) {
    const count = Math.min(mostRasterers, threads < 1 ? availableParallelism() : threads);
    const channels = Array.from({ length: count }, () => new MessageChannel());
    this.#drawer = this.#start(
      drawer,
      channels.map(({ port1 }) => port1),
    );
    for (const { port2 } of channels) {
      this.#start(rasterer, [port2]).on('message', ({ id, ...painted }: PaintedDrawing) => {
        this.#waiting.get(id)?.resolve(painted);
        this.#waiting.delete(id);
      });
    }
  }

  /** Draws and paints a figure, after those that were asked for before. */
  draw(spec: TopLevelSpec): Promise<Painted> {
    return new Promise((resolve, reject) => {
      if (this.#failure) {
        reject(this.#failure);
        return;
      }
      const id = this.#asked++;
      this.#waiting.set(id, { resolve, reject });
      this.#drawer.postMessage({ id, spec } satisfies DrawingAsked);
    });
  }

  /** Ends the threads; nothing can be drawn any more. */
  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #start(file: URL, ports: MessagePort[]): Worker {
    const worker = new Worker(file, {
      workerData: { ports },
      transferList: ports,
      resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes },
    });
    this.#workers.push(worker);
    worker.on('error', (error) => {
      this.#failure = error;
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    });
    return worker;
  }
}
