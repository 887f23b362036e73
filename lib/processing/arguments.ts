// Arguments that several functions of the processing take.
import { allowText, requireInteger, requireObject, requireText } from '../arguments.js';
import { argumentError } from '../errors.js';
import type { EphysPaths } from './ephys_file.js';
import type { Lag } from './lag.js';

/** Frames of a video: grey pixels of 8 bits. */
export interface VideoFrames {
  frames: number;
  width: number;
  height: number;
  /** Pixels of frame `index`, from 0: (height, width) */
  frame: (index: number) => Promise<Uint8Array>;
}

export function requireEphysPaths(paths: EphysPaths): void {
  const { bin, meta, ch } = requireObject('paths', paths);
  requireText('paths.bin', bin);
  requireText('paths.meta', meta);
  allowText('paths.ch', ch);
}

export function requireLag(lag: Lag): void {
  const { startMs, endMs } = requireObject('lag', lag);
  for (const [name, value] of Object.entries({ startMs, endMs })) {
    if (!Number.isSafeInteger(value)) throw argumentError(`lag.${name}`, 'a whole number of ms', value);
  }
}

export function requireFrames(camera: VideoFrames): void {
  const { frames, width, height, frame } = requireObject('camera', camera);
  for (const [name, value] of Object.entries({ frames, width, height })) requireInteger(`camera.${name}`, value, 1);
  if (typeof frame !== 'function') throw argumentError('camera.frame', 'a function', frame);
}

/** A frame, which must have the pixels that the camera says. */
export async function pixelsOf(camera: VideoFrames, index: number): Promise<Uint8Array> {
  const pixels = await camera.frame(index);
  const count = camera.width * camera.height;
  if (pixels instanceof Uint8Array && pixels.length === count) return pixels;
  throw argumentError('camera.frame', `a function that gives ${count} bytes`, pixels);
}
