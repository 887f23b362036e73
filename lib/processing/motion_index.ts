import { doublesOf, requireList, steeringOf } from '../arguments.js';
import { argumentError } from '../errors.js';
import type { RunOptions } from '../native/run.js';
import { pixelsOf, requireFrames, type VideoFrames } from './arguments.js';

/** Corners [x, y] of a region of interest, pixels. */
export type Polygon = readonly (readonly [number, number])[];

/**
 * How much regions of a video change: the sum over the pixels of a region of the squared difference to the frame before, divided by its
 * largest value. The first frame has none before it: 0. Throws DANT_ARGUMENT for a region without pixels.
 * @returns (frames, regions) 0 … 1
 */
export async function motionIndex(
  camera: VideoFrames,
  regions: readonly Polygon[],
  run: RunOptions = {},
): Promise<Float64Array> {
  requireFrames(camera);
  const { signal, onProgress }: RunOptions = steeringOf('run', run);
  const { frames, width, height } = camera;
  const masks = requireList('regions', regions).map((polygon, r) => {
    const corners = requireList(`regions[${r}]`, polygon).map((corner, i) => {
      const [x, y] = doublesOf(`regions[${r}][${i}]`, corner, 2);
      return [x!, y!] as const;
    });
    const pixels = pixelsIn(corners, width, height);
    if (pixels.length === 0) {
      throw argumentError(`regions[${r}]`, `a polygon with pixels of the ${width} × ${height} of the video`, polygon);
    }
    return pixels;
  });
  const index = new Float64Array(frames * masks.length);
  let before = await pixelsOf(camera, 0);
  for (let f = 1; f < frames; f++) {
    signal?.throwIfAborted();
    const frame = await pixelsOf(camera, f);
    masks.forEach((pixels, r) => {
      let sum = 0;
      for (const pixel of pixels) sum += (frame[pixel]! - before[pixel]!) ** 2;
      index[f * masks.length + r] = sum;
    });
    before = frame;
    onProgress?.((f + 1) / frames);
  }
  for (let r = 0; r < masks.length; r++) {
    let most = 0;
    for (let f = 0; f < frames; f++) most = Math.max(most, index[f * masks.length + r]!);
    if (most > 0) for (let f = 0; f < frames; f++) index[f * masks.length + r]! /= most;
  }
  return index;
}

/** Pixels whose centres are in a polygon, by the even-odd rule. */
function pixelsIn(polygon: Polygon, width: number, height: number): Int32Array {
  const pixels: number[] = [];
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const [x, y] = [column + 0.5, row + 0.5];
      const crossings = polygon.filter(([x1, y1], i) => {
        const [x0, y0] = polygon[(i + polygon.length - 1) % polygon.length]!;
        return y0 > y !== y1 > y && x < x0 + ((y - y0) / (y1 - y0)) * (x1 - x0);
      });
      if (crossings.length % 2 === 1) pixels.push(row * width + column);
    }
  }
  return Int32Array.from(pixels);
}
