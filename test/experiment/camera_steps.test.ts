// What cameras saw, as steps: coordinates of DeepLabCut, motion index and video of the fixtures' camera, and both around events.
import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';

import { openContinuous } from '../../lib/alignment/continuous.js';
import { processExperiment } from '../../lib/experiment/process.js';
import type { StepEvent } from '../../lib/experiment/process_session.js';
import type { StepName } from '../../lib/experiment/steps.js';
import { readNpy } from '../../lib/files/npy.js';
import { readNpz } from '../../lib/files/npz.js';
import { dant } from '../cli/dant.js';
import { temporaryFolder } from '../cli/folder.js';
import { fixtures, haveFixtures } from '../pixels_fixtures.js';

const folder = temporaryFolder();
const session = '210102_DL001';
const at = (...path: string[]) => join(folder.path, ...path);
const mine = (...path: string[]) => at('processed', session, ...path);
const stem = 'NeuropixelBehaviour(0)-LeftCam';

const pixels = (args: string[], env: Record<string, string> = {}) =>
  dant(['pixels', ...args, '--mouse', 'DL001', '--task', 'lever-push'], { env });
const process_ = (steps: string, env?: Record<string, string>) =>
  pixels(['process', folder.path, '--session', session, '--steps', steps], env);

/** Why a step of the first recording fails. */
async function failure(step: StepName): Promise<string> {
  let why = 'it did not fail';
  const onEvent = ({ recording, outcome }: StepEvent) => {
    if (recording === 0 && outcome?.kind === 'failed') ({ why } = outcome);
  };
  await processExperiment(folder.path, { sessions: [session], steps: [step] }, { onEvent });
  return why;
}

let truth: Awaited<ReturnType<typeof readNpz>>;
let onsets: number[];
let rows: number;

/** Values of frames at every ms, one by one. */
function everyMs(values: readonly number[]): number[] {
  const known = onsets.map((ms, f) => [ms, values[f]!] as const).filter(([, value]) => !Number.isNaN(value));
  return Array.from({ length: rows }, (_, ms) => {
    let k = known.findIndex(([time], i) => i > 0 && time > ms);
    if (k < 0) k = known.length - 1;
    const [[t0, a], [t1, b]] = [known[k - 1]!, known[k]!];
    return a + ((ms - t0) / (t1 - t0)) * (b - a);
  });
}

/** Coordinates of a paw, frame by frame: x, y, likelihood. The fourth is not to be believed. */
const coordinates = (frames: number) =>
  Array.from({ length: frames }, (_, f) => [f * 2, 5 + Math.sin(f), f === 3 ? 0.01 : 0.9] as const);
function writeCoordinates(path: string, frames: number) {
  const lines = coordinates(frames).map((row, f) => [f, ...row].join(','));
  const head = 'scorer,net,net,net\nbodyparts,paw,paw,paw\ncoords,x,y,likelihood\n';
  writeFileSync(path, `${head}${lines.join('\n')}\n`);
}

describe.skipIf(!haveFixtures)('cameras', () => {
  beforeEach(async () => {
    cpSync(join(fixtures, 'data'), folder.path, { recursive: true });
    truth = await readNpz(join(fixtures, 'expected', session, 'expected_0.npz'));
    onsets = Array.from(truth.frame_onsets!.data as ArrayLike<number>, Number);
    rows = truth.action_labels!.shape[0]!;
  });

  it('give coordinates at every ms, once, which stand around events', async () => {
    const [frames = 0, height = 0] = truth.video!.shape;
    mkdirSync(mine('DLC_arm'), { recursive: true });
    const table = mine('DLC_arm', `${stem}DLC_net_100_filtered.csv`);
    writeCoordinates(table, frames);
    // Not of this step: unfiltered, and of no video of the session
    writeCoordinates(mine('DLC_arm', `${stem}DLC_net_100.csv`), 3);
    writeFileSync(mine('DLC_arm', 'Other-LeftCamDLC_net_100.csv'), 'x');
    const first = await process_('sync,behaviour,pose');
    expect(first.code, first.stdout + first.stderr).toBe(0);
    expect(first.stdout).toMatch(new RegExp(`${session} {2}0 {2}pose .*: arm: paw in ${frames} frames`));
    expect(first.stdout).toMatch(
      new RegExp(`${session} {2}1 {2}pose {7}nothing to do: there are no coordinates of DeepLabCut`),
    );
    const signal = await openContinuous(mine('motion_tracking_arm_0.h5'), 'unit');
    const values = await signal.read(0, signal.rows);
    await signal.close();
    expect(signal.columns.map((level) => level.values)).toEqual([
      ['net', 'net'],
      ['paw', 'paw'],
      ['x', 'y'],
    ]);
    expect(signal.rows).toBe(rows);
    const believed = coordinates(frames).map(([x, y, p]) => (p < 0.05 ? [NaN, NaN] : [x, height - y]));
    for (const c of [0, 1]) {
      const expected = everyMs(believed.map((point) => point[c]!));
      expected.forEach((value, ms) => {
        expect(values[2 * ms + c]).toBeCloseTo(value, 9);
      });
    }

    expect((await process_('pose')).stdout).toMatch(/ 0 {2}pose {7}done before: arm: paw/);
    const aligned = at('aligned.npz');
    const flags = ['--action', 'rewarded_push', '--event', 'tone_onset', '--duration', '0.2', '-o', aligned];
    const align = await pixels(['align', folder.path, '--data', 'motion-tracking', '--project', 'arm', ...flags]);
    expect(align.code, align.stderr).toBe(0);
    const labels = truth.action_labels!.data as Int16Array;
    const push = Array.from({ length: rows }, (_, ms) => ms).filter((ms) => (labels[2 * ms]! & 1) !== 0);
    const { values: around } = await readNpz(aligned);
    const trials = around!.shape.find((size) => size !== 200)! / 2;
    expect(trials).toBe(push.length);
    const x = everyMs(believed.map(([value]) => value!));
    // Columns x and y by trial; rows 0.2 s with the event at the 100th
    const event = (around!.data as Float64Array)[99 * around!.shape[1]!];
    expect(event).toBeCloseTo(x[push[0]!]!, 9);

    // Coordinates that are replaced are done anew; those of another video are refused.
    writeCoordinates(table, frames - 20);
    expect(await failure('pose')).toMatch(/filtered\.csv: .*has \d+ frames but the signal CamFrames \d+/);
    writeCoordinates(mine('DLC_arm', `${stem}DLC_net_200_filtered.csv`), frames);
    expect(await failure('pose')).toMatch(/there are others of the same video: .*Keep one of them/);
  });

  it('give a motion index of whole frames or of regions, which stands around events', async () => {
    const [frames = 0, height = 0, width = 0] = truth.video!.shape;
    const data = truth.video!.data as Uint8Array;
    const sums = (isIn: (x: number, y: number) => boolean) => {
      const list = Array.from({ length: frames }, (_, f) => {
        let sum = 0;
        for (let i = 0; f > 0 && i < width * height; i++) {
          const at_ = f * width * height + i;
          if (isIn(i % width, Math.floor(i / width))) sum += (data[at_]! - data[at_ - width * height]!) ** 2;
        }
        return sum;
      });
      return list.map((sum) => sum / Math.max(...list));
    };
    const first = await process_('sync,behaviour,motion');
    expect(first.code, first.stdout).toBe(0);
    expect(first.stdout).toMatch(/ 0 {2}motion .*: of LeftCam whole/);
    expect(first.stdout).toMatch(/ 1 {2}motion {5}nothing to do: no camera ran/);
    const whole = await readNpy(mine('motion_index_0.npy'));
    expect(whole.shape).toEqual([rows, 1]);
    everyMs(sums(() => true)).forEach((value, ms) => {
      expect((whole.data as Float64Array)[ms]).toBeCloseTo(value, 9);
    });

    const square = (x: number, y: number, size: number) => [
      [x, y],
      [x + size, y],
      [x + size, y + size],
      [x, y + size],
    ];
    writeFileSync(
      mine('motion_regions.json'),
      JSON.stringify({ LeftCam: { paw: square(0, 0, 5), face: square(3, 2, 6) }, RightCam: { paw: square(0, 0, 5) } }),
    );
    const regions = await process_('motion');
    expect(regions.stdout).toMatch(/of LeftCam paw, LeftCam face/);
    const both = await readNpy(mine('motion_index_0.npy'));
    everyMs(sums((x, y) => x >= 3 && x < 9 && y >= 2 && y < 8)).forEach((value, ms) => {
      expect((both.data as Float64Array)[2 * ms + 1]).toBeCloseTo(value, 9);
    });
    const flags = ['--action', 'rewarded_push', '--event', 'tone_onset', '-o', at('aligned.csv')];
    const align = await pixels(['align', folder.path, '--data', 'motion-index', ...flags]);
    expect(align.code, align.stderr).toBe(0);
    expect(readFileSync(at('aligned.csv'), 'utf8').split('\n')[0]).toMatch(/ROI/);

    for (const [content, message] of [
      ['{"LeftCam": {"paw": [[1, 2]]}}', /LeftCam, paw: expected at least three corners/],
      ['{"TopCam": {"paw": [[0,0],[4,0],[4,4]]}}', /it has regions of TopCam but there is LeftCam/],
      [
        '{"LeftCam": {"paw": [[900,900],[901,900],[901,901]]}}',
        /LeftCam \(its regions, from 0: paw\): Expected a polygon with pixels/,
      ],
    ] as const) {
      writeFileSync(mine('motion_regions.json'), content);
      expect(await failure('motion')).toMatch(message);
    }
  });

  it('become videos in interim where there is ffmpeg; where not, it is told where it was looked for', async () => {
    const bin = at('bin');
    mkdirSync(bin);
    const without = await process_('sync,video', { PATH: bin });
    expect(without.code).toBe(1);
    expect(without.stdout).toMatch(/ 0 {2}sync .*lag -512 ms/);
    expect(without.stdout).toContain(
      `FAILED: there is no ffmpeg on this computer, which makes videos: looked for ${bin}`,
    );
    expect(without.stdout).toMatch(/Install it: \S+ .*install/);
    expect(without.stdout).toMatch(/ 1 {2}sync .*lag 300 ms/);
    // The camera was not unpacked for nothing.
    expect(readdirSync(at('interim', session)).filter((name) => name.includes('LeftCam'))).toEqual([]);

    writeFileSync(join(bin, 'ffmpeg'), '#!/bin/sh\nfor last; do :; done\ncat > "$last"\n');
    chmodSync(join(bin, 'ffmpeg'), 0o755);
    const path = { PATH: `${bin}${delimiter}${process.env.PATH}` };
    const done = await process_('video', path);
    expect(done.code, done.stdout).toBe(0);
    const video = at('interim', session, `${stem}.avi`);
    expect(readFileSync(video).equals(Buffer.from(truth.video!.data as Uint8Array))).toBe(true);
    expect((await process_('video', path)).stdout).toMatch(/ 0 {2}video {6}done before/);
    rmSync(video);
    expect((await process_('video', path)).stdout).toMatch(/1 steps? done/);
    expect(existsSync(video)).toBe(true);
    expect((await pixels(['list', folder.path])).stdout).toMatch(
      /ap missing, noise missing, motion missing, video done/,
    );
  });

  it('without times of their frames are no motion', async () => {
    rmSync(at('raw', session, `${stem}-meta.tdms.tar.gz`));
    const result = await process_('sync,motion,video');
    expect(result.code).toBe(0);
    expect(result.stdout).toMatch(/motion {5}not done: there is no file with the times of the frames of LeftCam/);
  });
});
