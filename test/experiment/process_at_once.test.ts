// Several processes at work on one experiment.
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { processExperiment, type ProcessOptions } from '../../lib/experiment/process.js';
import { readNpy } from '../../lib/files/npy.js';
import { readNpz } from '../../lib/files/npz.js';
import { dant } from '../cli/dant.js';
import { temporaryFolder } from '../cli/folder.js';
import { fixtures, haveFixtures } from '../pixels_fixtures.js';
import { day1, day2, processingOf } from './processing_of.js';

const folder = temporaryFolder();
const { at, copyRaw, processed } = processingOf(folder);

describe.skipIf(!haveFixtures)('processing the fixtures', () => {
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

  it('has ended all of its processes when it is stopped, which look for sessions as it does', async () => {
    copyRaw();
    const controller = new AbortController();
    const begun = new Set<string>();
    const stopped = processExperiment(
      folder.path,
      { jobs: 2, steps: ['sync'], sessionPattern: /^(?<date>\d+)_(?<mouse>dl001)/i },
      {
        signal: controller.signal,
        onEvent: ({ session, share = 0 }) => {
          if (share > 0) begun.add(session);
          if (begun.size === 2) controller.abort();
        },
      },
    );
    await expect(stopped).rejects.toThrow(/abort/);
    expect([...begun].sort()).toEqual([day1, day2]);
    for (const session of begun) {
      expect(readdirSync(at('processed', session)), session).not.toContain('lock');
      expect(readdirSync(at('interim', session)).filter((name) => name.includes('partial'))).toEqual([]);
    }
  });

  it('leaves a session alone that another process is at work on, and says who that is', async () => {
    copyRaw();
    mkdirSync(at('processed', day1), { recursive: true });
    const lock = at('processed', day1, 'lock');
    const other = () => {
      writeFileSync(lock, JSON.stringify({ host: 'elsewhere', pid: 77, token: 'theirs' }));
    };
    other();
    const only: ProcessOptions = { sessions: [day1] };
    const { ends, words } = await processed(only);
    expect([...ends.values()]).toEqual(['failed', 'skipped', 'skipped']);
    const busy = '210101_DL001_day1: another "dant pixels process" is at work on it (process 77 on elsewhere).';
    expect(words.get(`${day1} 0 sync`)).toBe(busy);
    expect(readdirSync(at('processed', day1)).sort()).toEqual(['lock', 'process.log']);
    expect(existsSync(at('interim', day1))).toBe(false);
    rmSync(lock);
    expect((await processed(only)).summary).toEqual({ done: 3, unchanged: 0, nothing: 1, skipped: 0, failed: 0 });
    expect(existsSync(lock)).toBe(false);
    // Where nothing is to be done, nobody is in the way.
    other();
    const settings: ProcessOptions['settings'] = { lfp: { method: 'polyphase', reference: 'median' } };
    const again = await processed({ ...only, settings });
    expect([...again.ends.values()]).toEqual(['unchanged', 'unchanged', 'failed']);
    expect(again.words.get(`${day1} 0 lfp`)).toBe(busy);
  });

  it('does each step once when it is started twice at the same time', async () => {
    copyRaw();
    const asked = ['pixels', 'process', folder.path, '--session', day1, '--task', 'lever-push'];
    const results = await Promise.all([dant(asked), dant(asked)]);
    const lines = results.flatMap(({ stdout }) => stdout.split('\n')).filter((line) => line.startsWith(day1));
    for (const line of lines) {
      expect(line).toMatch(
        /\d s: |done before|the step sync comes first|FAILED: .* is at work on it \(process \d+ on /,
      );
    }
    const done = lines.filter((line) => /\d s: /.test(line)).map((line) => line.split(/ +/).slice(0, 3).join(' '));
    expect(new Set(done).size).toBe(done.length);
    expect((await processed({ sessions: [day1] })).summary).toMatchObject({ skipped: 0, failed: 0 });
    expect(readdirSync(at('processed', day1)).filter((name) => /lock|part|_0_/.test(name))).toEqual([]);
    const labels = await readNpy(at('processed', day1, 'action_labels_0.npy'));
    const expected = await readNpz(join(fixtures, 'expected', day1, 'expected_0.npz'));
    expect([...(labels.data as Int16Array)]).toEqual([...(expected.action_labels!.data as Int16Array)]);
  });
});
