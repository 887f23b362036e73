// Frames of the fixtures' camera, when they were taken, what moves in them; coordinates of DeepLabCut; video by ffmpeg.
import { execFileSync } from 'node:child_process';
import { chmodSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { alignClips } from '../../lib/alignment/clips.js';
import { openContinuous } from '../../lib/alignment/continuous.js';
import { writeFrame } from '../../lib/files/pandas_hdf5.js';
import { readNpz } from '../../lib/files/npz.js';
import { behaviourTable } from '../../lib/processing/behaviour.js';
import { Camera } from '../../lib/processing/camera.js';
import { atEveryMs, frameTimes } from '../../lib/processing/frame_times.js';
import { motionIndex } from '../../lib/processing/motion_index.js';
import { readDeepLabCut, writeMotionTracking } from '../../lib/processing/motion_tracking.js';
import { extractVideo } from '../../lib/processing/video.js';
import { TdmsFile } from '../../lib/tdms/tdms_file.js';
import { folderOfFile } from '../cli/folder.js';
import { fixtures, haveFixtures } from '../pixels_fixtures.js';

const folder = folderOfFile();

describe.skipIf(!haveFixtures)('the camera of the fixtures', () => {
  let camera: Camera;
  let truth: Awaited<ReturnType<typeof readNpz>>;
  const behaviour = 'NeuropixelBehaviour(0)';

  beforeAll(async () => {
    for (const name of [behaviour, `${behaviour}-LeftCam`, `${behaviour}-LeftCam-meta`]) {
      execFileSync('tar', ['xzf', join(fixtures, 'data/raw/210102_DL001', `${name}.tdms.tar.gz`), '-C', folder]);
    }
    camera = await Camera.open(
      join(folder, `${behaviour}-LeftCam.tdms`),
      join(folder, `${behaviour}-LeftCam-meta.tdms`),
    );
    truth = await readNpz(join(fixtures, 'expected/210102_DL001/expected_0.npz'));
  });
  afterAll(() => camera.close());

  it('has its frames, lines after lines', async () => {
    const { data, shape } = truth.video!;
    expect([camera.frames, camera.height, camera.width]).toEqual(shape);
    expect(camera.frameMs).toBe(20);
    const size = camera.width * camera.height;
    for (const f of [0, 7, camera.frames - 1]) {
      expect(await camera.frame(f)).toEqual((data as Uint8Array).slice(f * size, (f + 1) * size));
    }
  });

  it('took them when its signal fell', async () => {
    const tdms = await TdmsFile.open(join(folder, `${behaviour}.tdms`));
    const { columns, values, rows } = await behaviourTable(
      'x',
      tdms.channels.filter(({ group }) => group === 'CamFrames'),
    );
    await tdms.close();
    expect(columns).toEqual(["/'CamFrames'/'0'"]);
    expect(rows).toBe(values.length);
    const times = frameTimes(values, -512, camera.frames);
    expect([...times]).toEqual(Array.from(truth.frame_onsets!.data as ArrayLike<number>, Number));
    expect(() => frameTimes(values, -512, camera.frames + 10)).toThrow(
      /has \d+ frames but the signal CamFrames \d+ falling edges/,
    );
    expect(() => frameTimes(new Float64Array(100), 0, 5)).toThrow(/0 falling edges/);
  });

  it('has a motion index in regions, as counted pixel by pixel', async () => {
    const { width, height, frames } = camera;
    const whole = [
      [0, 0],
      [width, 0],
      [width, height],
      [0, height],
    ] as const;
    const part = [
      [2, 3],
      [10, 3],
      [10, 9],
      [2, 9],
    ] as const;
    const index = await motionIndex(camera, [whole, part]);
    const data = truth.video!.data as Uint8Array;
    const sums = [whole, part].map((_, r) =>
      Array.from({ length: frames }, (_, f) => {
        let sum = 0;
        for (let y = 0; y < height; y++) {
          for (let x = 0; x < width; x++) {
            if (f === 0 || (r === 1 && (x < 2 || x >= 10 || y < 3 || y >= 9))) continue;
            const at = y * width + x;
            sum += (data[f * width * height + at]! - data[(f - 1) * width * height + at]!) ** 2;
          }
        }
        return sum;
      }),
    );
    for (const [r, list] of sums.entries()) {
      const most = Math.max(...list);
      list.forEach((sum, f) => {
        expect(index[2 * f + r]).toBeCloseTo(sum / most, 12);
      });
    }
    await expect(
      motionIndex(camera, [
        [
          [500, 500],
          [501, 500],
          [501, 501],
        ],
      ]),
    ).rejects.toThrow(/a polygon with pixels/);
  });

  it('becomes a video where there is ffmpeg, and is told of where there is none', async () => {
    const ffmpeg = join(folder, 'ffmpeg');
    writeFileSync(ffmpeg, '#!/bin/sh\nfor last; do :; done\necho "$@" > "$0.told"\ncat > "$last"\n');
    chmodSync(ffmpeg, 0o755);
    const output = join(folder, 'video.avi');
    expect(await extractVideo(camera, output, { ffmpeg })).toBe(true);
    expect(readFileSync(output)).toEqual(Buffer.from(truth.video!.data as Uint8Array));
    expect(readFileSync(`${ffmpeg}.told`, 'utf8')).toContain(`-pix_fmt gray -s ${camera.width}x${camera.height} -r 50`);
    expect(await extractVideo(camera, output, { ffmpeg })).toBe(false);
    const other = join(folder, 'other.avi');
    await expect(extractVideo(camera, other, { ffmpeg: join(folder, 'nothing') })).rejects.toThrow(
      /there is no ffmpeg on this computer/,
    );
    writeFileSync(ffmpeg, '#!/bin/sh\ncat > /dev/null\necho bad >&2\nexit 3\n');
    await expect(extractVideo(camera, other, { ffmpeg })).rejects.toThrow(/ffmpeg failed: bad/);
    expect(readdirSync(folder).filter((name) => name.startsWith('other'))).toEqual([]);
  });

  it('is refused with times of another video', async () => {
    await expect(
      Camera.open(join(folder, `${behaviour}-LeftCam.tdms`), join(folder, `${behaviour}.tdms`)),
    ).rejects.toThrow(/there is no IMAQdxTimestampHigh/);
    await expect(
      Camera.open(join(folder, `${behaviour}.tdms`), join(folder, `${behaviour}-LeftCam-meta.tdms`)),
    ).rejects.toThrow(/expected grey pixels of 8 bits/);
  });
});

describe('coordinates', () => {
  const head = 'scorer,net,net,net\nbodyparts,paw,paw,paw\ncoords,x,y,likelihood\n';
  const file = (text: string) => {
    const path = join(folder, 'dlc.csv');
    writeFileSync(path, text);
    return path;
  };

  it('of DeepLabCut are at every ms, from below, without unlikely ones', async () => {
    const tracked = await readDeepLabCut(file(`${head}0,10,20,1\n1,99,99,0.01\n2,30,40,0.9\n3,40,40,1\n`));
    expect(tracked).toMatchObject({ scorer: 'net', parts: ['paw'] });
    const path = join(folder, 'motion_tracking_arm_0.h5');
    await writeMotionTracking(path, tracked, Float64Array.of(2, 4, 6, 8), 11, 480);
    const signal = await openContinuous(path, 'unit');
    const values = await signal.read(0, 11);
    expect(signal.columns.map(({ name }) => name)).toEqual(['scorer', 'bodyparts', 'coords']);
    await signal.close();
    const x = values.filter((_, i) => i % 2 === 0);
    expect([...x]).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50]);
    expect(values[2 * 2 + 1]).toBe(460);
    expect(values[2 * 6 + 1]).toBe(440);
  });

  // Made by pandas 3.1: DataFrame.to_hdf(…, key='df_with_missing', format='table')
  it('of DeepLabCut are read from .h5 too', async () => {
    const path = fileURLToPath(new URL('../fixtures/deeplabcut.h5', import.meta.url));
    expect(await readDeepLabCut(path)).toEqual({
      scorer: 'DLC_net',
      parts: ['paw', 'nose'],
      values: Float64Array.from({ length: 24 }, (_, i) => i),
    });
    const other = join(folder, 'other_table.h5');
    await writeFrame(other, Float64Array.of(1), [{ values: [1] }]);
    await expect(readDeepLabCut(other)).rejects.toThrow(/expected a table df_with_missing of DeepLabCut/);
    writeFileSync(other, 'no');
    await expect(readDeepLabCut(other)).rejects.toThrow(/not an HDF5 file/);
  });

  it('that are none are refused', async () => {
    await expect(readDeepLabCut(file('a,b\n1,2\n'))).rejects.toThrow(/expected a table of DeepLabCut/);
    await expect(readDeepLabCut(file(`${head}0,1,two,1\n`))).rejects.toThrow(
      /frame 0: expected a number but found "two"/,
    );
  });

  it('of a column without two values are NaN', () => {
    expect([...atEveryMs(Float64Array.of(0, 1), Float64Array.of(NaN, 1), 1, 3)]).toEqual([NaN, NaN, NaN]);
  });
});

it('clips hold the frames around an event', () => {
  const times = Float64Array.from({ length: 50 }, (_, f) => 20 * f);
  const trials = [
    { recording: 0, action: 0, eventMs: 500 },
    { recording: 1, action: 1, eventMs: 500 },
  ];
  expect(alignClips([times, undefined], trials, 0.1)).toEqual([
    { trial: 0, recording: 0, eventMs: 500, frames: [23, 24, 25, 26, 27] },
  ]);
});
