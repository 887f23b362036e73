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
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { openExperiment } from '../../lib/experiment/folders.js';
import { planSession } from '../../lib/experiment/plan.js';
import { defaultSettings, processExperiment, type ProcessOptions } from '../../lib/experiment/process.js';
import type { StepEvent } from '../../lib/experiment/process_session.js';
import { presetTasks } from '../../lib/experiment/task.js';
import { readNpy } from '../../lib/files/npy.js';
import { readNpz } from '../../lib/files/npz.js';
import { TdmsFile } from '../../lib/tdms/tdms_file.js';
import { writeTdms } from '../../lib/tdms/write_tdms.js';
import { dant } from '../cli/dant.js';
import { temporaryFolder } from '../cli/folder.js';
import { fixtures, haveFixtures } from '../pixels_fixtures.js';
import { day1, day2, processingOf } from './processing_of.js';

const folder = temporaryFolder();

const { at, copyRaw, processed } = processingOf(folder);

/** All bytes of a folder. */
function digest(path: string): string {
  const hash = createHash('sha256');
  for (const name of (readdirSync(path, { recursive: true }) as string[]).sort()) {
    hash.update(name);
    if (statSync(join(path, name)).isFile()) hash.update(readFileSync(join(path, name)));
  }
  return hash.digest('hex');
}

describe.skipIf(!haveFixtures)('processing the fixtures', () => {
  it('makes what the original makes, once, and leaves raw as it is', async () => {
    copyRaw();
    const before = digest(at('raw'));
    const { summary } = await processed();
    expect(summary).toEqual({ done: 9, unchanged: 0, nothing: 3, skipped: 0, failed: 0 });
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
      '210101_DL001_g0_t0.imec0.lf_sd.json',
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
    expect((await processed()).summary).toEqual({ done: 0, unchanged: 9, nothing: 3, skipped: 0, failed: 0 });
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

  it('does a sync again that failed or was interrupted when it was done anew, and takes no lag of its own for one by hand', async () => {
    copyRaw();
    const only: ProcessOptions = { sessions: [day1], steps: ['sync'] };
    const key = `${day1} 0 sync`;
    const name = '210101_DL001_g0_t0.imec0.lf.bin';
    expect((await processed(only)).ends.get(key)).toBe('done');
    const bytes = readFileSync(at('interim', day1, name));
    rmSync(at('interim', day1, name));
    rmSync(at('raw', day1, `${name}.tar.gz`));
    const flat = Buffer.from(bytes);
    for (let offset = 8; offset < flat.length; offset += 10) flat.writeInt16LE(0, offset);
    writeFileSync(at('raw', day1, name), flat);
    for (const attempt of ['first', 'second']) {
      const { ends, words } = await processed(only);
      expect(ends.get(key), attempt).toBe('failed');
      expect(words.get(key), attempt).toMatch(/never changes/);
    }
    writeFileSync(at('raw', day1, name), bytes);
    const controller = new AbortController();
    const onEvent = ({ share = 0 }: StepEvent) => {
      if (share > 0) controller.abort();
    };
    await expect(processExperiment(folder.path, only, { signal: controller.signal, onEvent })).rejects.toThrow();
    const { sessions } = await openExperiment(folder.path);
    const standing = (await planSession(sessions[0]!, defaultSettings))[0]!.standing;
    expect(standing).toEqual({ kind: 'stale', why: 'it was stopped before its end' });
    expect((await processed(only)).ends.get(key)).toBe('done');
    rmSync(at('processed', day1, 'lag.json'));
    expect((await planSession(sessions[0]!, defaultSettings))[0]!.standing).toEqual({
      kind: 'stale',
      why: 'lag.json does not have its lag any more',
    });
    writeFileSync(at('processed', day1, 'lag.json'), '[{"lag_start": 1200, "lag_end": 800}]');
    expect((await processed(only)).words.get(key)).toMatch(/by hand/);
  });

  it('unpacks an archive again that was replaced since', async () => {
    copyRaw();
    const only: ProcessOptions = { sessions: [day1] };
    await processed(only);
    const labels = async () => [...((await readNpy(at('processed', day1, 'action_labels_0.npy'))).data as Int16Array)];
    const before = await labels();
    // Another name for the sensor of the uncued push, as long as the old one
    const name = 'NeuropixelBehaviour(0).tdms';
    const bytes = readFileSync(at('interim', day1, name));
    const [old, other] = [Buffer.from("/'Back_Sensor'"), Buffer.from("/'Next_Sensor'")];
    for (let from = bytes.indexOf(old); from >= 0; from = bytes.indexOf(old)) other.copy(bytes, from);
    const made = at('made');
    mkdirSync(made);
    writeFileSync(join(made, name), bytes);
    const archive = at('raw', day1, `${name}.tar.gz`);
    execFileSync('tar', ['czf', archive, '-C', made, name]);
    const first = await processed(only);
    expect(first.ends.get(`${day1} 0 sync`)).toBe('done');
    expect(first.words.get(`${day1} 0 behaviour`)).toMatch(/needs the channel Back_Sensor but there are .*Next_Sensor/);
    expect(readFileSync(at('interim', day1, name)).equals(bytes)).toBe(true);
    // A replaced archive that is damaged is told, run after run, instead of what it was before.
    writeFileSync(archive, 'x');
    for (const attempt of [1, 2]) {
      const { words } = await processed(only);
      expect(words.get(`${day1} 0 sync`), `${attempt}`).toMatch(/cut short/);
      expect(words.get(`${day1} 0 behaviour`), `${attempt}`).toMatch(/cut short/);
    }
    cpSync(join(fixtures, 'data/raw', day1, `${name}.tar.gz`), archive);
    expect(Object.fromEntries((await processed(only)).ends)).toEqual({
      [`${day1} 0 sync`]: 'done',
      [`${day1} 0 behaviour`]: 'done',
      [`${day1} 0 lfp`]: 'unchanged',
    });
    expect(await labels()).toEqual(before);
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

  it('labels by the first signal of each group, as the sync does, and tells what it left out', async () => {
    copyRaw();
    const name = 'NeuropixelBehaviour(0).tdms';
    await processed({ sessions: [day1], steps: ['sync', 'behaviour'] });
    const labels = readFileSync(at('processed', day1, 'action_labels_0.npy'));
    const tdms = await TdmsFile.open(at('interim', day1, name));
    const channels = [];
    for (const channel of tdms.channels) {
      const { group, rateHz } = channel;
      if (rateHz === undefined) continue;
      const values = await channel.readNumbers();
      channels.push({ group, name: channel.name, values, properties: { wf_increment: 1 / rateHz } });
      if (group === 'Back_Sensor') channels.push({ group, name: 'more', values: values.map((value) => -value) });
    }
    await tdms.close();
    const short = { group: 'Short', name: '0', values: new Float64Array(3) };
    const gaps = { group: 'Gaps', name: '0', values: new Float64Array(channels[0]!.values.length).fill(NaN) };
    rmSync(at('interim', day1, name));
    await writeTdms(at('raw', day1, name), [[...channels, short, gaps]]);
    const warnings: string[] = [];
    await processExperiment(
      folder.path,
      { sessions: [day1], steps: ['behaviour'], settings: { task: presetTasks['lever-push']! } },
      {
        onEvent: ({ outcome }) => {
          if (outcome?.kind === 'done') warnings.push(...outcome.warnings);
        },
      },
    );
    expect(warnings).toEqual([
      expect.stringMatching(/^\/'Short'\/'0' was left out: it has 3 values, not \d+\.$/),
      "/'Gaps'/'0' was left out: it has values that are no numbers (NaN).",
    ]);
    expect(readFileSync(at('processed', day1, 'action_labels_0.npy')).equals(labels)).toBe(true);
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

  it('refuses what there is not', async () => {
    copyRaw();
    await expect(processExperiment(folder.path, { sessions: ['x'] })).rejects.toThrow(/no session called x/);
    await expect(processExperiment(folder.path, { steps: ['x' as 'sync'] })).rejects.toThrow(
      /no step called x\. The steps are: sync/,
    );
    const wrong = await dant(['pixels', 'process', folder.path, '--task', 'nothing']);
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/no task called nothing/)]);
    const none = await processExperiment(folder.path, { mice: ['DL00'] });
    expect(none).toEqual({ done: 0, unchanged: 0, nothing: 0, skipped: 0, failed: 0 });
  });
});
