import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { loadDataset } from '../../lib/dataset/load.js';
import { readNpy } from '../../lib/files/npy.js';
import { writeNpy } from '../../lib/files/npy_writer.js';
import { readEvents } from '../../lib/import/events.js';
import { importSessions } from '../../lib/import/import_sessions.js';
import { checkPethOptions, PethMaker, shareEvents } from '../../lib/import/peth.js';
import { Random } from '../../lib/random.js';
import { loadSettings } from '../../lib/settings/index.js';
import { dant } from '../cli/dant.js';
import { temporaryFolder } from '../cli/folder.js';
import { regular, writeSession } from './write_session.js';

const folder = temporaryFolder();
const written = (name: string, text: string) => {
  const path = join(folder.path, name);
  writeFileSync(path, text);
  return path;
};
/** 10 s */
const recording = { rows: 300_000, sampleRateHz: 30_000 };
const eventsIn = async (name: string, text: string, unit: 's' | 'ms' = 's') => {
  const warnings: string[] = [];
  const events = await readEvents(written(name, text), unit, recording, warnings);
  return { events: Object.fromEntries([...events].map(([type, times]) => [type, [...times]])), warnings };
};

describe('readEvents', () => {
  it('reads tables with names and conditions, in seconds or ms, whatever separates the cells', async () => {
    const table = '\uFEFFtime_s,event,condition\r\n2,tone,left\r\n1.5,tone,right\r\n\r\n1,tone,left\r\n3,reward,\r\n';
    expect((await eventsIn('a.csv', table)).events).toEqual({
      'tone / left': [1000, 2000],
      'tone / right': [1500],
      reward: [3000],
    });
    expect((await eventsIn('b.tsv', 'name\ttime_ms\nx\t5000\n')).events).toEqual({ x: [5000] });
    expect((await eventsIn('c.csv', 'time;type\n4000;1\n', 'ms')).events).toEqual({ '1': [4000] });
    expect((await eventsIn('d.csv', '2\n1\n')).events).toEqual({ event: [1000, 2000] });
  });

  it('reads a list of times', async () => {
    const path = join(folder.path, 'times.npy');
    await writeNpy(path, { data: Float64Array.of(3, 1.25), shape: [2, 1] });
    expect([...(await readEvents(path, 's', recording, [])).get('event')!]).toEqual([1250, 3000]);
  });

  it('says what is wrong', async () => {
    await expect(eventsIn('a.csv', 'onset,event\n1,x\n')).rejects.toThrow(
      /a\.csv: expected a column time_s or time_ms but found onset, event/,
    );
    await expect(
      eventsIn('a.csv', '1,tone\n2,tone\n3,tone\n'.replace('tone', '5').replaceAll('tone', '5')),
    ).rejects.toThrow(/names of the columns/);
    await expect(eventsIn('a.csv', 'time\n1\nsoon\n')).rejects.toThrow(/event 2: expected a time but found "soon"/);
    await expect(eventsIn('a.csv', 'time,event\n,x\n')).rejects.toThrow(/event 1: expected a time but found ""/);
    await expect(eventsIn('a.csv', 'time\n-1\n')).rejects.toThrow(/event 1: expected a time of at least 0/);
    await expect(eventsIn('a.csv', 'time\n')).rejects.toThrow(/there are no events/);
    await expect(eventsIn('a.csv', 'time\n1000\n')).rejects.toThrow(
      /the last event is at 1000\.000 s, after the end of the recording of 10\.000 s.*ms \(--events-unit ms/,
    );
    expect((await eventsIn('a.csv', 'time\n9\n', 'ms')).warnings).toEqual([
      expect.stringContaining('the last event is at 0.009 s of 10.000 s. Are the times in seconds'),
    ]);
    await expect(readEvents(join(folder.path, 'none.csv'), 's', recording, [])).rejects.toThrow(
      /none\.csv: there is no such file/,
    );
  });
});

describe('PethMaker', () => {
  const options = { pethWindowMs: [-100, 200], pethBinMs: 10, pethSmoothMs: 15 };

  it('is the slow sum over events and spikes', () => {
    const random = new Random(5);
    const spikes = Float64Array.from({ length: 700 }, () => random.uniform(0, 20_000)).sort();
    const times = Float64Array.from({ length: 23 }, () => random.uniform(500, 19_000)).sort();
    const row = new PethMaker(['tone'], options).row(spikes, new Map([['tone', times]]));
    expect(row.length).toBe(30);
    let weightSum = 0;
    for (let k = -6; k <= 6; k++) weightSum += Math.exp((-(k ** 2) * 100) / (2 * 225));
    row.forEach((rate, bin) => {
      let expected = 0;
      for (const time of times) {
        for (const spike of spikes) {
          const distance = Math.floor((spike - (time - 100)) / 10) - bin;
          if (Math.abs(distance) <= 6) expected += Math.exp((-(distance ** 2) * 100) / (2 * 225)) / weightSum;
        }
      }
      expect(rate).toBeCloseTo((expected * 1000) / (10 * 23), 9);
    });
  });

  it('is the rate of a regular train, to the ends of the window, and NaN without events', () => {
    const spikes = Float64Array.from(regular(0, 2, 5000));
    const row = new PethMaker(['a', 'b', 'c'], options).row(
      spikes,
      new Map([
        ['a', Float64Array.of(1000, 2001)],
        ['c', new Float64Array()],
      ]),
    );
    expect(row.length).toBe(90);
    row.subarray(0, 30).forEach((rate) => {
      expect(rate).toBeCloseTo(500, 9);
    });
    expect(row.subarray(30).every(Number.isNaN)).toBe(true);
  });

  it('takes events whose window is whole', () => {
    const maker = new PethMaker(['a'], options);
    expect([...maker.whole(Float64Array.of(159, 160, 740, 741), 1000)]).toEqual([160, 740]);
  });

  it('refuses windows that are not whole bins', () => {
    expect(() => {
      checkPethOptions({ ...options, pethBinMs: 7 });
    }).toThrow(/a length that divides the window of 300 ms for pethBinMs but received 7/);
    expect(() => {
      checkPethOptions({ ...options, pethWindowMs: [5, 5] });
    }).toThrow(/two times/);
  });

  it('knows whether sessions can be compared', () => {
    const has = (...types: string[]) => new Map(types.map((type) => [type, Float64Array.of(1)]));
    expect(shareEvents([has('a', 'b'), has('b'), has('b', 'c')])).toBe(true);
    expect(shareEvents([has('a', 'b'), has('b'), has('a')])).toBe(false);
    expect(shareEvents([has('a'), undefined])).toBe(false);
  });
});

describe('importSessions with events', () => {
  const spikes = regular(1000, 600, 89_000);
  const threeDays = () =>
    Promise.all(
      [1, 2, 3].map((day) =>
        writeSession(join(folder.path, `day${day}`), [{ id: 4, channel: 5, spikes }], { rows: 90_000, seed: day }),
      ),
    );

  it('writes the peth.npy that the tracker reads, NaN where a session lacks a type', async () => {
    const days = await threeDays();
    writeFileSync(join(days[0]!, 'trials.csv'), 'time_s,event\n1,tone\n2,tone\n1.5,reward\n0.1,reward\n');
    writeFileSync(join(days[1]!, 'sorter/trials.csv'), 'time_s,event\n1.2,tone\n');
    const data = join(folder.path, 'data');
    const { warnings } = await importSessions(
      days.map((day) => ({ folder: day, uvPerBit: 1 })),
      data,
      { events: ['trials.csv'], pethWindowMs: [-100, 200], pethBinMs: 10, pethSmoothMs: 15 },
    );
    expect(warnings).toEqual([
      'Session 1: 1 of 4 events are so near to the beginning or the end that their window is not whole; they were left out.',
      'Session 2: it has no events of the type reward; its PETHs are NaN there.',
      'Session 3: it has no events of the types tone and reward; its PETHs are NaN there.',
    ]);
    const { data: rows, shape } = await readNpy(join(data, 'peth.npy'), { as: 'float64' });
    expect(shape).toEqual([3, 60]);
    const maker = new PethMaker(['tone', 'reward'], { pethWindowMs: [-100, 200], pethBinMs: 10, pethSmoothMs: 15 });
    const own = Float64Array.from(spikes, (sample) => sample / 30);
    const expected = maker.row(
      own,
      new Map([
        ['tone', Float64Array.of(1000, 2000)],
        ['reward', Float64Array.of(1500)],
      ]),
    );
    expect(rows.subarray(0, 60)).toEqual(expected);
    expect([...rows].map(Number.isNaN)).toEqual([
      ...new Array<boolean>(90).fill(false),
      ...new Array<boolean>(90).fill(true),
    ]);
    expect((await loadDataset(data, { peth: true })).peth!.shape).toEqual([3, 60]);
    // A session without events cannot be compared by them: the settings leave them out.
    const { settings } = await loadSettings(data);
    expect(settings.motionEstimation.features).toEqual([['Waveform', 'AutoCorr']]);
  });

  it('takes a file for each session and the settings of the histograms from the command line', async () => {
    const days = await threeDays();
    const list = written(
      'sessions.yaml',
      `sessions:\n${days.map((day) => `  - { folder: ${JSON.stringify(day)}, uv_per_bit: 1 }\n`).join('')}`,
    );
    const files = [1, 2, 3].map((day) => written(`e${day}.csv`, `time\n1${day}00\n`));
    const data = join(folder.path, 'data');
    const args = ['import', 'kilosort', list, '-o', data, '--events-unit', 'ms', '--peth-window-ms', '-200,400'];
    const flags = ['--peth-bin-ms', '20', '--peth-smooth-ms', '0'];
    const { code, stderr } = await dant([...args, ...flags, ...files.flatMap((file) => ['--events', file])]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { data: rows, shape } = await readNpy(join(data, 'peth.npy'), { as: 'float64' });
    expect(shape).toEqual([3, 30]);
    // One spike every 20 ms
    expect([...new Set(rows)]).toEqual([50]);
    expect((await loadSettings(data)).settings.motionEstimation.features.flat()).toContain('PETH');
    const two = await dant([...args.with(4, `${data}2`), '--events', files[0]!, '--events', files[1]!]);
    expect(two).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--events: expected one file for each of the 3 sessions') as string,
    });
    const none = await dant([...args.with(4, `${data}2`), '--events', 'nobody.csv']);
    expect(none.stderr).toContain('--events nobody.csv: expected a file of this name in the folder of each session');
  });
});
