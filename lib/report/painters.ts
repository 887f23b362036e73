import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

import type { TopLevelSpec } from 'vega-lite';

/** A figure as drawn. */
export interface Painted {
  svg: string;
  png: Uint8Array;
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
 * that paint its drawings. They load while there is nothing to draw yet.
 */
export class Painters {
  readonly #drawer = new Answering<TopLevelSpec, string>(drawer);
  readonly #rasterers: readonly Answering<string, Uint8Array>[];

  /** @param threads At most so many, but two; −1: as many as cores */
  constructor(threads: number) {
    const count = (threads < 1 ? availableParallelism() : threads) - 1;
    this.#rasterers = Array.from(
      { length: Math.min(mostRasterers, Math.max(1, count)) },
      () => new Answering(rasterer),
    );
  }

  /** Draws and paints a figure, after those that were asked for before. */
  async draw(spec: TopLevelSpec): Promise<Painted> {
    const svg = await this.#drawer.ask(spec);
    const free = this.#rasterers.reduce((a, b) => (b.waiting < a.waiting ? b : a));
    return { svg, png: await free.ask(svg) };
  }
}

/** A thread that answers questions in their order. */
class Answering<Question, Answer> {
  readonly #worker: Worker;
  readonly #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void }[] = [];
  #failure: Error | undefined;

  constructor(file: URL) {
    this.#worker = new Worker(file, { resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes } });
    this.#worker.on('message', (answer: Answer) => {
      this.#waiting.shift()!.resolve(answer);
    });
    this.#worker.on('error', (error) => {
      this.#failure = error;
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
  }

  get waiting(): number {
    return this.#waiting.length;
  }

  ask(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#failure) {
        reject(this.#failure);
        return;
      }
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(question);
    });
  }
}
