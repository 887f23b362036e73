import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants, existsSync } from 'node:fs';
import { access, mkdir, rename, rm } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';

import { allowFlag, requireNumber, requireOptions, requireText, steeringOf } from '../arguments.js';
import { DantError } from '../errors.js';
import { outputError, systemOutputError } from '../files/file_error.js';
import type { RunOptions } from '../native/run.js';
import { pixelsOf, requireFrames, type VideoFrames } from './arguments.js';

/**
 * Writes a camera's frames as a video (.avi, H.264, quality 20) with the system's ffmpeg; appears whole or not at all. Returns false if there is
 * one already and it is not to be made anew. Rejects with DANT_OUTPUT if there is no ffmpeg or it fails.
 */
export async function extractVideo(
  camera: VideoFrames & { frameMs: number },
  output: string,
  options: { force?: boolean; ffmpeg?: string } = {},
  run: RunOptions = {},
): Promise<boolean> {
  requireFrames(camera);
  requireNumber('camera.frameMs', camera.frameMs, 1);
  requireText('output', output);
  const { force = false, ffmpeg = 'ffmpeg' } = requireOptions('options', options);
  allowFlag('force', force);
  requireText('ffmpeg', ffmpeg);
  const { signal, onProgress }: RunOptions = steeringOf('run', run);
  if (existsSync(output) && !force) return false;
  try {
    await mkdir(dirname(output), { recursive: true });
  } catch (error) {
    throw systemOutputError(output, error);
  }
  const part = `${output}.part.avi`;
  const child = spawn(
    ffmpeg,
    [
      ...['-y', '-loglevel', 'error', '-f', 'rawvideo', '-pix_fmt', 'gray', '-s', `${camera.width}x${camera.height}`],
      ...['-r', String(1000 / camera.frameMs), '-i', '-', '-c:v', 'libx264', '-crf', '20', '-pix_fmt', 'yuv420p', part],
    ],
    { stdio: ['pipe', 'ignore', 'pipe'] },
  );
  let said = '';
  child.stderr.on('data', (text: Buffer) => (said += text.toString()));
  // What it says when it ends early is told below.
  child.stdin.on('error', () => undefined);
  const ended = new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  ended.catch(() => undefined);
  try {
    for (let f = 0; f < camera.frames && child.exitCode === null && child.pid !== undefined; f++) {
      signal?.throwIfAborted();
      if (!child.stdin.write(await pixelsOf(camera, f))) await Promise.race([once(child.stdin, 'drain'), ended]);
      onProgress?.((f + 1) / camera.frames);
    }
    child.stdin.end();
    const code = await ended;
    if (code !== 0) throw outputError(output, `ffmpeg failed: ${said.trim() || `exit code ${code}`}`);
    await rename(part, output).catch((error: unknown) => {
      throw systemOutputError(output, error);
    });
    return true;
  } catch (error) {
    child.kill();
    await rm(part, { force: true });
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      throw noFfmpeg([ffmpeg], error);
    }
    throw error;
  }
}

const executable = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';

/** Where the system's ffmpeg is. Rejects with DANT_OUTPUT if none is in PATH, with the folders that were looked at. */
export async function findFfmpeg(): Promise<string> {
  const places = (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, executable));
  for (const place of places) {
    const isThere = await access(place, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere) return place;
  }
  throw noFfmpeg(places.length > 0 ? places : ['PATH, which is empty']);
}

function noFfmpeg(places: readonly string[], cause?: unknown): DantError {
  const command =
    { darwin: 'brew install ffmpeg', win32: 'winget install ffmpeg' }[process.platform as string] ??
    'sudo apt install ffmpeg (or that of your system)';
  return new DantError(
    'DANT_OUTPUT',
    `there is no ffmpeg on this computer, which makes videos: looked for ${places.join(', ')}. Install it: ${command}. Everything else works without.`,
    { cause },
  );
}
