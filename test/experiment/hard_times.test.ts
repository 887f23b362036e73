// What goes wrong while an experiment is processed: full disks, and sync signals that tell nothing.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { openContinuous } from '../../lib/alignment/continuous.js';
import { processExperiment } from '../../lib/experiment/process.js';
import type { StepEvent, StepOutcome } from '../../lib/experiment/process_session.js';
import { presetTasks } from '../../lib/experiment/task.js';
import { writeTdms } from '../../lib/tdms/write_tdms.js';
import { dant } from '../cli/dant.js';
import { temporaryFolder } from '../cli/folder.js';
import { fixtures, haveFixtures } from '../pixels_fixtures.js';

const folder = temporaryFolder();
const [day1, day2] = ['210101_DL001_day1', '210102_DL001'] as const;
const at = (...path: string[]) => join(folder.path, ...path);

function mount(disk: string, size: string): boolean {
  mkdirSync(disk, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', disk], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Leaves so many bytes of a disk. */
function fill(disk: string, left: number): void {
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(disk, 'filler'), new Uint8Array(Math.max(0, bavail * bsize - left)));
}

/** How the steps of a session ended, by "<recording> <step>". */
async function outcomes() {
  const ends = { [day1]: new Map<string, StepOutcome>(), [day2]: new Map<string, StepOutcome>() };
  const onEvent = ({ session, recording, step, outcome }: StepEvent) => {
    if (outcome && outcome.kind !== 'nothing') ends[session as keyof typeof ends].set(`${recording} ${step}`, outcome);
  };
  await processExperiment(folder.path, { settings: { task: presetTasks['lever-push']! } }, { onEvent });
  return ends;
}
const kinds = (ends: Map<string, StepOutcome>) => [...ends.values()].map(({ kind }) => kind);

/** Of what was made. HDF5 files hold the time when they were written, so what is in their tables counts. */
async function digests(processed: string): Promise<Record<string, string>> {
  const names = readdirSync(processed).filter((name) => !/^(process\.|filler$|sync_0_)/.test(name));
  const result: Record<string, string> = {};
  for (const name of names.sort()) {
    const hash = createHash('sha256');
    if (name.endsWith('.h5')) {
      const table = await openContinuous(join(processed, name), 'unit');
      hash.update(JSON.stringify([table.columns, table.rows]));
      hash.update(new Uint8Array((await table.read(0, table.rows)).buffer));
      await table.close();
    } else hash.update(readFileSync(join(processed, name)));
    result[name] = hash.digest('hex');
  }
  return result;
}

describe.skipIf(!haveFixtures)('a full disk', () => {
  it('of results is told, leaves nothing that is half written, and stops no other session', async ({ skip }) => {
    cpSync(join(fixtures, 'data/raw'), at('raw'), { recursive: true });
    await outcomes();
    const whole = await digests(at('processed', day1));
    rmSync(at('processed'), { recursive: true });
    const disk = at('processed', day1);
    if (!mount(disk, '4m')) skip('No small disk can be made here.');
    const reasons: string[] = [];
    try {
      // Room for the sync; for little more; for nothing
      for (const left of [250_000, 90_000, 0]) {
        rmSync(disk + '/filler', { force: true });
        for (const name of readdirSync(disk)) rmSync(join(disk, name));
        fill(disk, left);
        const ends = await outcomes();
        const failed = [...ends[day1].values()].filter((outcome) => outcome.kind === 'failed');
        expect(failed.length, JSON.stringify([...ends[day1]])).toBeGreaterThan(0);
        for (const { why } of failed) {
          expect(why).toMatch(/: the disk is full\.$/);
          reasons.push(why);
        }
        for (const [name, digest] of Object.entries(await digests(disk)))
          expect([name, digest]).toEqual([name, whole[name]]);
        expect(kinds(ends[day2])).toEqual(new Array(6).fill(left === 250_000 ? 'done' : 'unchanged'));
      }
      // The HDF5 library itself told it, and not only what writes other files.
      expect(reasons.join('\n')).toMatch(/_processed\.h5: the disk is full/);
      rmSync(join(disk, 'filler'));
      expect(kinds((await outcomes())[day1])).toEqual(['done', 'done', 'done']);
      expect(await digests(disk)).toEqual(whole);
    } finally {
      execFileSync('umount', [disk]);
    }
  });

  it('of what is unpacked is told, and nothing of it stays', async ({ skip }) => {
    cpSync(join(fixtures, 'data/raw'), at('raw'), { recursive: true });
    const disk = at('interim', day1);
    if (!mount(disk, '1m')) skip('No small disk can be made here.');
    try {
      fill(disk, 40_000);
      const ends = await outcomes();
      expect(ends[day1].get('0 sync')).toEqual({
        kind: 'failed',
        why: expect.stringMatching(/interim.*: the disk is full\.$/) as string,
      });
      expect(readdirSync(disk).filter((name) => !/^filler$|\.meta$/.test(name))).toEqual([]);
      expect(kinds(ends[day2])).toEqual(new Array(6).fill('done'));
    } finally {
      execFileSync('umount', [disk]);
    }
  });
});

describe.skipIf(!haveFixtures)('a sync signal that tells nothing', () => {
  /** Gives the first session a behaviour and, if wanted, a probe whose sync is what `isUp` says, s by s of their own time. */
  async function replaceSync(behaviour: (s: number) => boolean, probe?: (s: number) => boolean) {
    cpSync(join(fixtures, 'data/raw'), at('raw'), { recursive: true });
    const raw = (name: string) => at('raw', day1, name);
    rmSync(raw('NeuropixelBehaviour(0).tdms.tar.gz'));
    const signal = (isUp: (s: number) => boolean) =>
      Float64Array.from({ length: 7 * 25_000 }, (_, i) => (isUp(i / 25_000) ? 5 : 0));
    const groups = ['Back_Sensor', 'Front_Sensor', 'Reward_Signal', 'Reset_Signal', 'Tone_Signal'];
    const channels = [...groups.map((group) => [group, () => false] as const), ['NpxlSync_Signal', behaviour] as const];
    await writeTdms(raw('NeuropixelBehaviour(0).tdms'), [
      channels.map(([group, isUp]) => ({
        ...{ group, name: '0', values: signal(isUp), properties: { wf_increment: 4e-5 } },
      })),
    ]);
    if (!probe) return;
    const bin = '210101_DL001_g0_t0.imec0.lf.bin';
    execFileSync('tar', ['xzf', raw(`${bin}.tar.gz`), '-C', at('raw', day1)]);
    rmSync(raw(`${bin}.tar.gz`));
    const bytes = readFileSync(raw(bin));
    for (let row = 0; 10 * row < bytes.length; row++) bytes.writeInt16LE(probe(row / 2500) ? 64 : 0, 10 * row + 8);
    writeFileSync(raw(bin), bytes);
  }
  const everySecond = (s: number) => s % 1 < 0.5;

  it.each([
    ['flat', () => false, undefined, /the sync signal of the behaviour never changes\. Was its cable in place\?/],
    [
      'periodic',
      everySecond,
      everySecond,
      /-?\d+ ms is as good, as the sync signal repeats itself\. Use random pulses/,
    ],
  ] as const)(
    'since it is %s is refused, with the figure, and other sessions go on',
    async (_, behaviour, probe, why) => {
      await replaceSync(behaviour, probe);
      const result = await dant(['pixels', 'process', folder.path, '--task', 'lever-push']);
      expect(result.code).toBe(1);
      expect(result.stdout).toMatch(
        new RegExp(`${day1} {2}0 {2}sync {7}FAILED: .*the lag cannot be told: .*${why.source}.*See .*sync_0\\.png`),
      );
      expect(result.stdout).toMatch(new RegExp(`${day1} {2}0 {2}behaviour {2}not done: the lag is not known yet`));
      expect(result.stdout).toMatch(/6 steps done, 0 done before, 2 not possible, 1 failed\./);
      expect(
        readFileSync(at('processed', day1, 'sync_0.png'))
          .subarray(1, 4)
          .toString(),
      ).toBe('PNG');
      expect(existsSync(at('processed', day1, 'lag.json'))).toBe(false);
      expect(existsSync(at('processed', day2, 'action_labels_1.npy'))).toBe(true);
      const check = await dant(['pixels', 'check', folder.path, '--task', 'lever-push']);
      expect(check.stdout).toMatch(new RegExp(`${day1}: 1 problem`));
    },
  );
});
