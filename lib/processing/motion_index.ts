import { argumentError } from '../errors.js';
import type { RunOptions } from '../native/run.js';

/** Corners [x, y] of a region of interest, pixels. */
export type Polygon = readonly (readonly [number, number])[];

/** What a motion index needs of a camera. */
interface Frames {
  frames: number;
  width: number;
  height: number;
  frame(index: number): Promise<Uint8Array>;
}

/**
 * How much regions of a video change: the sum over the pixels of a region of the squared difference to the frame before, divided by its
 * largest value. The first frame has none before it: 0. Throws DANT_ARGUMENT for a region without pixels.
 * @returns (frames, regions) 0 … 1
 */
export async function motionIndex(
  camera: Frames,
  regions: readonly Polygon[],
  { signal, onProgress }: RunOptions = {},
): Promise<Float64Array> {
  const { frames, width, height } = camera;
  const masks = regions.map((polygon, r) => {
    const pixels = pixelsIn(polygon, width, height);
    if (pixels.length === 0) {
      throw argumentError(`region ${r}`, `a polygon with pixels of the ${width} × ${height} of the video`, polygon);
    }
    return pixels;
  });
  const index = new Float64Array(frames * masks.length);
  let before = await camera.frame(0);
  for (let f = 1; f < frames; f++) {
    signal?.throwIfAborted();
    const frame = await camera.frame(f);
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
