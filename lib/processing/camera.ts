import { medianOf } from '../arrays.js';
import { fileError } from '../files/file_error.js';
import { TdmsFile, type TdmsChannel } from '../tdms/tdms_file.js';

/** Frames of this height have this width, and the data say how many there are. */
const [vgaHeight, vgaWidth] = [480, 640];

/** A camera's video in a TDMS file: grey pixels of 8 bits, frame after frame. */
export class Camera {
  private constructor(
    readonly path: string,
    private readonly file: TdmsFile,
    private readonly pixels: TdmsChannel,
    readonly frames: number,
    readonly width: number,
    readonly height: number,
    /** From frame to frame, whole ms: the median */
    readonly frameMs: number,
  ) {}

  /** @param metaPath The file with the time and height of each frame. Rejects with DANT_DATA if both do not fit. */
  static async open(path: string, metaPath: string): Promise<Camera> {
    const { rows, height, skipped, frameMs } = await readFrameTable(metaPath);
    const file = await TdmsFile.open(path);
    try {
      const [pixels] = file.channels;
      if (pixels?.kind !== 'uint8') throw fileError(path, 'expected grey pixels of 8 bits in its first channel.');
      const isVga = height === vgaHeight;
      const frames = isVga ? pixels.length / (vgaWidth * vgaHeight) : rows - skipped;
      const width = isVga ? vgaWidth : pixels.length / (frames * height);
      if (!(Number.isInteger(frames) && frames > 0 && Number.isInteger(width) && width > 0)) {
        throw fileError(
          path,
          `its ${pixels.length} pixels are not ${rows - skipped} whole frames of ${height} lines, as ${metaPath} says. Was it copied whole?`,
        );
      }
      return new Camera(path, file, pixels, frames, width, height, frameMs);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** Pixels of frame `index`, from 0: (height, width) */
  async frame(index: number): Promise<Uint8Array> {
    const size = this.width * this.height;
    return (await this.pixels.read(index * size, size)) as Uint8Array;
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

/** What the file beside a camera's says: rows of frames, their height, those that were skipped, ms between them. Rejects with DANT_DATA. */
export async function readFrameTable(path: string) {
  const file = await TdmsFile.open(path);
  try {
    const numbers = async (group: string, name: string, isNeeded = true) => {
      const channel = file.channels.find((other) => other.group === group && other.name === name);
      if (!channel && isNeeded)
        throw fileError(path, `there is no ${name}: expected the times and heights of frames of IMAQdx.`);
      return channel?.readNumbers();
    };
    const high = (await numbers('keys', 'IMAQdxTimestampHigh'))!;
    const low = (await numbers('keys', 'IMAQdxTimestampLow'))!;
    const heights = (await numbers('keys', 'IMAQdxActualHeight'))!;
    const indices = (await numbers('frames', 'ind_skipped', false)) ?? new Float64Array();
    if (high.length < 2 || low.length !== high.length || heights.length !== high.length) {
      throw fileError(
        path,
        `expected a time and a height for each of at least two frames but found ${high.length}, ${low.length} and ${heights.length} values.`,
      );
    }
    const height = heights.reduce((most, value) => Math.max(most, value), 0);
    // Differences of nanoseconds are exact before they are numbers.
    const steps = Float64Array.from({ length: high.length - 1 }, (_, i) => {
      return ((high[i + 1]! - high[i]!) * 2 ** 32 + (low[i + 1]! - low[i]!)) / 1e6;
    });
    const others = heights.filter((value) => value !== height).length;
    return { rows: high.length, height, skipped: indices.length - others, frameMs: Math.round(medianOf(steps)) };
  } finally {
    await file.close();
  }
}
