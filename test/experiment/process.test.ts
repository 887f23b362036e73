import {
  appendFileSync,
  cpSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { openExperiment } from '../../lib/experiment/folders.js';
import { processExperiment, type ProcessOptions } from '../../lib/experiment/process.js';
import type { StepEvent } from '../../lib/experiment/process_session.js';
import { presetTasks } from '../../lib/experiment/task.js';
import { readNpy } from '../../lib/files/npy.js';
import { readNpz } from '../../lib/files/npz.js';
import { dant } from '../cli/dant.js';
import { temporaryFolder } from '../cli/folder.js';
import { fixtures, haveFixtures } from '../pixels_fixtures.js';

const folder = temporaryFolder();
const day1 = '210101_DL001_day1';
const day2 = '210102_DL001';

const copyRaw = () => {
  cpSync(join(fixtures, 'data/raw'), join(folder.path, 'raw'), { recursive: true });
};
const at = (...path: string[]) => join(folder.path, ...path);

/** All bytes of a folder. */
function digest(path: string): string {
  const hash = createHash('sha256');
  for (const name of (readdirSync(path, { recursive: true }) as string[]).sort()) {
    hash.update(name);
    if (statSync(join(path, name)).isFile()) hash.update(readFileSync(join(path, name)));
  }
  return hash.digest('hex');
}

/** Processes, and tells of each step how it ended: "<session> <recording> <step>: <kind>". */
async function processed(options: ProcessOptions = {}) {
  const ends = new Map<string, string>();
  const words = new Map<string, string>();
  const settings = { task: presetTasks['lever-push']!, ...options.settings };
  const summary = await processExperiment(
    folder.path,
    { ...options, settings },
    {
      onEvent: ({ session, recording, step, outcome }: StepEvent) => {
        if (!outcome) return;
        ends.set(`${session} ${recording} ${step}`, outcome.kind);
        words.set(`${session} ${recording} ${step}`, 'why' in outcome ? outcome.why : outcome.said);
      },
    },
  );
  return { summary, ends, words };
}

describe.skipIf(!haveFixtures)('processing the fixtures', () => {
  it('makes what the original makes, once, and leaves raw as it is', async () => {
    copyRaw();
    const before = digest(at('raw'));
    const { summary } = await processed();
    expect(summary).toEqual({ done: 9, unchanged: 0, skipped: 0, failed: 0 });
    expect(digest(at('raw'))).toBe(before);
    for (const [session, count] of [
      [day1, 1],
      [day2, 2],
    ] as const) {
      for (let k = 0; k < count; k++) {
        const labels = await readNpy(at('processed', session, `action_labels_${k}.npy`));
        const expected = await readNpz(join(fixtures, 'expected', session, `expected_${k}.npz`));
        expect(labels.shape).toEqual(expected.action_labels!.shape);
        expect([...(labels.data as Int16Array)]).toEqual([...(expected.action_labels!.data as Int16Array)]);
      }
    }
    expect(readdirSync(at('processed', day1)).sort()).toEqual([
      `210101_DL001_g0_t0.imec0.lf_processed.h5`,
      'NeuropixelBehaviour(0)_processed.h5',
      'action_labels_0.npy',
      'lag.json',
      'process.json',
      'process.log',
      'sync.json',
      'sync_0.png',
    ]);
    // Only what was needed was unpacked.
    expect(readdirSync(at('interim', day1)).filter((name) => name.includes('.ap.'))).toEqual([]);

    const made = digest(at('processed'));
    expect((await processed()).summary).toEqual({ done: 0, unchanged: 9, skipped: 0, failed: 0 });
    expect(digest(at('processed'))).toBe(made);

    // Another setting concerns its step alone; what is gone, and what became of another input, is made anew.
    rmSync(at('processed', day2, 'action_labels_1.npy'));
    const behaviour = at('raw', day1, 'NeuropixelBehaviour(0).tdms.tar.gz');
    utimesSync(behaviour, new Date(), new Date(Date.now() - 5000));
    const again = await processed({ settings: { lfp: { method: 'polyphase', reference: 'median' } } });
    expect([...again.ends].filter(([, kind]) => kind === 'done').map(([step]) => step)).toEqual([
      `${day1} 0 sync`,
      `${day1} 0 behaviour`,
      `${day1} 0 lfp`,
      `${day2} 0 lfp`,
      `${day2} 1 behaviour`,
      `${day2} 1 lfp`,
    ]);
  });

  it('goes on with other sessions and recordings where something is missing or broken', async () => {
    copyRaw();
    const file = (session: string, name: string) => at('raw', session, name);
    rmSync(file(day1, 'NeuropixelBehaviour(0).tdms.tar.gz'));
    const lf = file(day2, '210102_DL001_g0_t0.imec0.lf.bin.tar.gz');
    writeFileSync(lf, readFileSync(lf).subarray(0, 3000));
    mkdirSync(at('raw', '210103_DL001'));
    const { ends, words, summary } = await processed();
    expect(Object.fromEntries(ends)).toEqual({
      [`${day1} 0 sync`]: 'skipped',
      [`${day1} 0 behaviour`]: 'skipped',
      // Whole, as nothing is known to crop it by
      [`${day1} 0 lfp`]: 'done',
      [`${day2} 0 sync`]: 'failed',
      [`${day2} 0 behaviour`]: 'skipped',
      [`${day2} 0 lfp`]: 'skipped',
      [`${day2} 1 sync`]: 'done',
      [`${day2} 1 behaviour`]: 'done',
      [`${day2} 1 lfp`]: 'done',
    });
    expect(words.get(`${day1} 0 sync`)).toBe('there is no behaviour file');
    expect(words.get(`${day2} 0 sync`)).toMatch(/lf\.bin\.tar\.gz: the archive is cut short/);
    expect(words.get(`${day2} 0 behaviour`)).toBe('the lag is not known yet: the step sync comes first');
    expect(summary.failed).toBe(1);
    expect(readFileSync(at('processed', day2, 'process.log'), 'utf8')).toMatch(/recording 0 sync failed: .*cut short/);
    expect(readdirSync(at('interim', day2)).filter((name) => name.includes('_g0_') && name.endsWith('.bin'))).toEqual(
      [],
    );
  });

  it('takes a lag that was written by hand, and keeps files that were made elsewhere', async () => {
    copyRaw();
    const mine = at('processed', day1);
    mkdirSync(mine, { recursive: true });
    writeFileSync(join(mine, 'lag.json'), '[{"lag_start": 1200, "lag_end": 800}]');
    writeFileSync(join(mine, '210101_DL001_g0_t0.imec0.lf_processed.h5'), 'precious');
    const { ends, words } = await processed({ sessions: [day1] });
    expect(Object.fromEntries(ends)).toEqual({
      [`${day1} 0 sync`]: 'unchanged',
      [`${day1} 0 behaviour`]: 'done',
      [`${day1} 0 lfp`]: 'failed',
    });
    expect(words.get(`${day1} 0 sync`)).toMatch(/by hand/);
    expect(words.get(`${day1} 0 lfp`)).toMatch(/lf_processed\.h5 is there but was not made by this step.*It is kept/);
    expect(readFileSync(join(mine, '210101_DL001_g0_t0.imec0.lf_processed.h5'), 'utf8')).toBe('precious');
    // 7000 ms less 1200 and 800, and the one that the original leaves out
    expect((await readNpy(join(mine, 'action_labels_0.npy'))).shape).toEqual([4999, 2]);
    // What the user changed since is not replaced either.
    appendFileSync(join(mine, 'action_labels_0.npy'), 'x');
    expect((await processed({ sessions: [day1], steps: ['behaviour'] })).ends.get(`${day1} 0 behaviour`)).toBe(
      'failed',
    );
  });

  it('uses one behaviour file for all recordings, each with its own part of it', async () => {
    copyRaw();
    for (const name of readdirSync(at('raw', day2))) {
      if (/\(1\)|Cam/.test(name)) rmSync(at('raw', day2, name));
    }
    const { ends } = await processed({ sessions: [day2], steps: ['sync', 'behaviour'] });
    // The sync of the second recording is not in the first one's behaviour.
    expect([...ends.values()]).toEqual(['done', 'done', 'failed', 'skipped']);
    const { sessions } = await openExperiment(folder.path, { mice: ['DL001'] });
    expect(sessions[1]!.findings).toEqual([expect.stringMatching(/is the only behaviour file: all 2 runs use it/)]);
  });

  it('works on several sessions at once, by the command, and stops at nothing that fails', async () => {
    copyRaw();
    writeFileSync(at('raw', day1, 'NeuropixelBehaviour(0).tdms.tar.gz'), 'x');
    const result = await dant(['pixels', 'process', folder.path, '--task', 'lever-push', '--jobs', '2']);
    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/210102_DL001 {2}0 {2}behaviour .* 2 rewarded_push/);
    expect(result.stdout).toMatch(/210101_DL001_day1 {2}0 {2}sync {7}FAILED: .*the archive is cut short/);
    expect(result.stdout).toMatch(/6 steps done, 0 done before, 2 not possible, 1 failed\./);
    const list = await dant(['pixels', 'list', folder.path, '--task', 'lever-push']);
    expect(list.stdout).toMatch(/sync missing, behaviour waits for sync/);
    expect(list.stdout).toMatch(
      /recording 1 .*lf there, behaviour restored, not sorted\n {4}sync done, behaviour done, lfp done, ap missing/,
    );
    const check = await dant(['pixels', 'check', folder.path, '--task', 'lever-push']);
    expect(check.code).toBe(1);
    expect(check.stdout).toMatch(/210101_DL001_day1: 1 problem\n {2}PROBLEM: .*the archive is cut short/);
    expect(check.stdout).toMatch(/210102_DL001: whole/);
  });

  it('refuses what there is not', async () => {
    copyRaw();
    await expect(processExperiment(folder.path, { sessions: ['x'] })).rejects.toThrow(/no session called x/);
    await expect(processExperiment(folder.path, { steps: ['x' as 'sync'] })).rejects.toThrow(
      /no step called x\. The steps are: sync/,
    );
    const wrong = await dant(['pixels', 'process', folder.path, '--task', 'nothing']);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/no task called nothing/)]);
    const none = await processExperiment(folder.path, { mice: ['DL00'] });
    expect(none).toEqual({ done: 0, unchanged: 0, skipped: 0, failed: 0 });
  });
});
