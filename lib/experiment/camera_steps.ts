import { mkdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';

import { DantError } from '../errors.js';
import { fileError } from '../files/file_error.js';
import type { RunOptions } from '../native/run.js';
import { Camera as CameraVideo, readFrameTable } from '../processing/camera.js';
import { atEveryMs } from '../processing/frame_times.js';
import { motionIndex } from '../processing/motion_index.js';
import { readDeepLabCut, writeMotionTracking } from '../processing/motion_tracking.js';
import { partOf } from '../processing/run_part.js';
import { writeTable } from '../processing/table_output.js';
import { extractVideo, findFfmpeg } from '../processing/video.js';
import { CameraClock } from './camera_clock.js';
import { stemOf } from './output_names.js';
import { readRegions, type Region } from './regions.js';
import { pathOf, type Camera, type Pose, type Session, type SessionRecording } from './session.js';
import type { Step } from './steps.js';

const noCamera = 'no camera ran';

/** Why the frames of cameras cannot be read */
function withoutMeta(cameras: readonly Camera[]): string | undefined {
  const camera = cameras.find(({ meta }) => !meta);
  return (
    camera && `there is no file with the times of the frames of ${camera.name} (${stemOf(camera.data.name)}-meta.tdms)`
  );
}

const trackingOutput = ({ index }: SessionRecording, { name }: Pose) => `motion_tracking_${name}_${index}.h5`;

export const pose: Step = {
  about: 'coordinates of DeepLabCut at 1 kHz',
  byDefault: true,
  needsLag: true,
  nothing: (_, { poses }) =>
    poses.length > 0 ? undefined : 'there are no coordinates of DeepLabCut (DLC_<project> in processed)',
  inputs: ({ behaviour, poses }) => [
    behaviour,
    ...new Set(poses.map(({ camera }) => camera.meta)),
    ...poses.flatMap(({ files }) => files),
  ],
  impossible: ({ poses }) => withoutMeta(poses.map(({ camera }) => camera)),
  settings: ({ lag }) => ({ lag }),
  outputs: (_, recording) => recording.poses.map((one) => trackingOutput(recording, one)),
  async run({ session, recording, lag, signal, onProgress }) {
    await mkdir(session.processed, { recursive: true });
    const clock = await CameraClock.read(recording, lag!, { signal });
    const said: string[] = [];
    for (const [k, one] of recording.poses.entries()) {
      if (one.files.length > 1) {
        throw fileError(
          join(session.processed, one.files[0]!.name),
          `there are others of the same video: ${one.files
            .slice(1)
            .map(({ name }) => name)
            .join(', ')}. Keep one of them there.`,
        );
      }
      const path = pathOf(one.files[0])!;
      const tracked = await readDeepLabCut(path);
      const { height } = await readFrameTable(pathOf(one.camera.meta)!);
      const frames = tracked.values.length / (3 * tracked.parts.length);
      const output = join(session.processed, trackingOutput(recording, one));
      await writeMotionTracking(output, tracked, clock.times(path, frames), clock.rows, height);
      said.push(`${one.name}: ${tracked.parts.join(', ')} in ${frames} frames`);
      onProgress((k + 1) / recording.poses.length);
    }
    return { said: said.join('; '), warnings: [] };
  },
};

const indexOutput = ({ index }: SessionRecording) => `motion_index_${index}.npy`;

export const motion: Step = {
  about: 'motion index of the cameras, in regions or of whole frames',
  byDefault: false,
  needsLag: true,
  nothing: (_, { cameras }) => (cameras.length > 0 ? undefined : noCamera),
  inputs: ({ behaviour, cameras, regions }) => [
    behaviour,
    ...cameras.flatMap(({ data, meta }) => [data, meta]),
    regions,
  ],
  impossible: ({ cameras }) => withoutMeta(cameras),
  settings: ({ lag }) => ({ lag }),
  outputs: (_, recording) => [indexOutput(recording)],
  async run({ session, recording, lag, signal, onProgress }) {
    const path = pathOf(recording.regions);
    const regions = path === undefined ? undefined : await readRegions(path);
    const cameras = recording.cameras.filter(({ name }) => !regions || (regions.get(name)?.length ?? 0) > 0);
    if (cameras.length === 0) {
      const names = recording.cameras.map(({ name }) => name).join(', ');
      throw fileError(
        path!,
        `it has regions of ${[...regions!.keys()].join(', ') || 'no camera'} but there is ${names}.`,
      );
    }
    const clock = await CameraClock.read(recording, lag!, { signal });
    const regionsOf = ({ name }: Camera) => regions?.get(name) ?? [whole];
    const names = cameras.flatMap((camera) => regionsOf(camera).map(({ name }) => `${camera.name} ${name}`));
    const block = new Float64Array(clock.rows * names.length);
    let column = 0;
    for (const [k, camera] of cameras.entries()) {
      const own = regionsOf(camera);
      const control = partOf({ signal, onProgress }, k / cameras.length, (k + 1) / cameras.length);
      const values = await indexOf(camera, own, clock, path, control);
      for (let row = 0; row < clock.rows; row++) {
        block.set(values.subarray(row * own.length, (row + 1) * own.length), row * names.length + column);
      }
      column += own.length;
    }
    await writeTable(join(session.processed, indexOutput(recording)), {
      columns: [{ values: names }],
      rows: clock.rows,
      type: 'float64',
      blocks: [block],
    });
    return { said: `of ${names.join(', ')}`, warnings: [], result: { columns: names } };
  },
};

/** Takes the place of regions where there is no file of them. */
const whole: Region = { name: 'whole', polygon: [] };

/** (ms, regions) of a camera. */
async function indexOf(
  camera: Camera,
  regions: readonly Region[],
  clock: CameraClock,
  path: string | undefined,
  control: RunOptions,
): Promise<Float64Array> {
  const video = await CameraVideo.open(pathOf(camera.data)!, pathOf(camera.meta)!);
  try {
    const { width, height } = video;
    const frame = [
      [0, 0],
      [width, 0],
      [width, height],
      [0, height],
    ] as const;
    const polygons = regions.map((region) => (region === whole ? frame : region.polygon));
    const times = clock.times(video.path, video.frames);
    const values = await motionIndex(video, polygons, control).catch((error: unknown) => {
      if (error instanceof DantError && error.code === 'DANT_ARGUMENT')
        throw fileError(
          path!,
          `${camera.name} (its regions, from 0: ${regions.map(({ name }) => name).join(', ')}): ${error.message}`,
          error,
        );
      throw error;
    });
    return atEveryMs(times, values, regions.length, clock.rows);
  } finally {
    await video.close();
  }
}

const videoPath = ({ interim }: Session, { data }: Camera) => join(interim, `${stemOf(data.name)}.avi`);

export const video: Step = {
  about: 'videos of the cameras (.avi, for DeepLabCut) in interim, by ffmpeg',
  byDefault: false,
  needsLag: false,
  nothing(session, recording) {
    if (recording.cameras.length === 0) return noCamera;
    const first = session.recordings.find(({ behaviour }) => behaviour?.name === recording.behaviour?.name)!;
    return first.index === recording.index ? undefined : `its videos are those of recording ${first.index}`;
  },
  inputs: ({ cameras }) => cameras.flatMap(({ data, meta }) => [data, meta]),
  impossible: ({ cameras }) => withoutMeta(cameras),
  settings: () => ({}),
  // They are named from processed on, whichever folder interim is.
  outputs: (session, { cameras }) =>
    cameras.map((camera) => relative(session.processed, videoPath(session, camera)).replaceAll(sep, '/')),
  before: async () => {
    await findFfmpeg();
  },
  async run({ session, recording: { cameras }, signal, onProgress }) {
    let frames = 0;
    for (const [k, camera] of cameras.entries()) {
      const source = await CameraVideo.open(pathOf(camera.data)!, pathOf(camera.meta)!);
      const control = partOf({ signal, onProgress }, k / cameras.length, (k + 1) / cameras.length);
      try {
        await extractVideo(source, videoPath(session, camera), { force: true }, control);
        frames += source.frames;
      } finally {
        await source.close();
      }
    }
    return { said: `${frames} frames of ${cameras.map(({ name }) => name).join(', ')}`, warnings: [] };
  },
};
