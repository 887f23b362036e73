// A thread that draws figures: gets a specification, answers with the drawing. What fails ends the thread.
import { parentPort } from 'node:worker_threads';

import type { TopLevelSpec } from 'vega-lite';

import { renderPng, renderSvg } from './render.js';

/** A figure as drawn. */
export interface Painted {
  svg: string;
  png: Uint8Array;
}

parentPort!.on('message', (spec: TopLevelSpec) => {
  void renderSvg(spec).then((svg) => {
    parentPort!.postMessage({ svg, png: renderPng(svg) } satisfies Painted);
  });
});
