import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { parseDate, parseRawName } from '../../lib/experiment/file_names.js';
import { openExperiment, sessionByName } from '../../lib/experiment/folders.js';
import { temporaryFolder } from '../cli/folder.js';
import { fixtures as all, haveFixtures } from '../pixels_fixtures.js';

const fixtures = join(all, 'data');
const folder = temporaryFolder();

/** Makes empty files below raw/. */
function raw(...paths: string[]): void {
  for (const path of paths) {
    const file = join(folder.path, 'raw', path);
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, '');
  }
}

/** The files of a recording. */
const probe = (prefix: string, ...endings: string[]) =>
  (endings.length > 0 ? endings : ['ap.bin', 'ap.meta', 'lf.bin', 'lf.meta']).map((ending) => `${prefix}.${ending}`);

describe.skipIf(!haveFixtures)('the fixtures', () => {
  it('are two sessions, one with two recordings, of which what is in other folders is no part', async () => {
    const { sessions, findings } = await openExperiment(fixtures);
    expect(findings).toEqual([]);
    expect(sessions.map(({ name, mouse, date }) => [name, mouse, date])).toEqual([
      ['210101_DL001_day1', 'DL001', '2021-01-01'],
      ['210102_DL001', 'DL001', '2021-01-02'],
    ]);
    const [first, second] = sessions as [(typeof sessions)[0], (typeof sessions)[0]];
    expect(first.findings).toEqual([]);
    expect(first.recordings).toHaveLength(1);
    expect(first.recordings[0]!.apBin).toEqual({
      name: '210101_DL001_g0_t0.imec0.ap.bin',
      archive: join(fixtures, 'raw/210101_DL001_day1/210101_DL001_g0_t0.imec0.ap.bin.tar.gz'),
    });
    expect(second.recordings.map(({ gate, behaviour, cameras }) => [gate, behaviour!.name, cameras.length])).toEqual([
      [0, 'NeuropixelBehaviour(0).tdms', 1],
      [1, 'NeuropixelBehaviour(1).tdms', 0],
    ]);
    expect(second.recordings[0]!.cameras[0]).toMatchObject({
      name: 'LeftCam',
      data: { name: 'NeuropixelBehaviour(0)-LeftCam.tdms' },
      meta: { name: 'NeuropixelBehaviour(0)-LeftCam-meta.tdms' },
    });
    expect(second.recordings[1]!.lfBin!.raw).toBeDefined();
    expect(second.recordings[1]!.sorted).toBe(join(fixtures, 'processed/210102_DL001/sorted_stream_0'));
    expect(sessionByName({ folder: fixtures, sessions, findings }, '210102_DL001')).toBe(second);
    expect(() => sessionByName({ folder: fixtures, sessions, findings }, 'x')).toThrow(
      /The sessions are: 210101_DL001_day1, /,
    );
  });
});

describe('openExperiment', () => {
  it('takes a mouse by its whole ID', async () => {
    raw(...probe('210101_DL1/210101_DL1_g0_t0.imec0'), ...probe('210101_DL10/210101_DL10_g0_t0.imec0'), 'notes_DL1');
    const { sessions, findings } = await openExperiment(folder.path, { mice: ['DL1', 'DL2'] });
    expect(sessions.map(({ name }) => name)).toEqual(['210101_DL1']);
    expect(findings).toEqual([expect.stringMatching(/no session of the mouse DL2. There are sessions of DL1, DL10/)]);
  });

  it('takes names and dates of other patterns', async () => {
    raw(...probe('M7-2021.12.31/M7-2021.12.31_g0_t0.imec0'));
    const { sessions } = await openExperiment(folder.path, {
      sessionPattern: /^(?<mouse>\w+)-(?<date>.+)$/,
      dateFormat: 'YYYY.MM.DD',
    });
    expect(sessions.map(({ mouse, date }) => [mouse, date])).toEqual([['M7', '2021-12-31']]);
    expect(sessions[0]!.recordings).toHaveLength(1);
  });

  it('groups by gate, trigger and probe, in whatever way SpikeGLX made folders', async () => {
    raw(
      ...probe('210101_A/210101_A_g0/210101_A_g0_imec0/210101_A_g0_t0.imec0'),
      ...probe('210101_A/210101_A_g0/210101_A_g0_imec1/210101_A_g0_t0.imec1', 'ap.cbin', 'ap.ch', 'ap.meta'),
      ...probe('210101_A/210101_A_g0_t12.imec0'),
      '210101_A/other/210101_A_g5_t0.imec0.ap.bin',
      '210101_A/210101_A_g0/210101_A_note.txt',
      '210101_A/Task(3).tdms',
      '210101_A/Task(10).tdms',
    );
    const { sessions } = await openExperiment(folder.path);
    const [{ recordings, findings }] = sessions as [(typeof sessions)[0]];
    expect(findings).toEqual([]);
    expect(recordings.map((one) => [one.index, one.gate, one.trigger, one.probe, one.behaviour!.name])).toEqual([
      [0, 0, 0, 0, 'Task(3).tdms'],
      [1, 0, 0, 1, 'Task(3).tdms'],
      [2, 0, 12, 0, 'Task(10).tdms'],
    ]);
    expect(recordings[1]!.apCh!.name).toBe('210101_A_g0_t0.imec1.ap.ch');
    expect(recordings[1]!.lfBin).toBeUndefined();
  });

  it('counts a file once that is there both plain and as an archive', async () => {
    const name = '210101_A_g0_t0.imec0.ap.bin';
    raw(`210101_A/${name}`, `210101_A/${name}.tar.gz`, '210101_A/210101_A_g0_t0.imec0.ap.meta');
    const { sessions } = await openExperiment(folder.path);
    expect(sessions[0]!.recordings).toHaveLength(1);
    const { apBin } = sessions[0]!.recordings[0]!;
    expect([apBin!.raw, apBin!.archive].map((path) => path!.endsWith('.tar.gz'))).toEqual([false, true]);
  });

  it('tells what is missing or has no partner, and goes on', async () => {
    raw(
      '210101_A/210101_A_g0_t0.imec0.ap.bin',
      '210101_A/210101_A_g1_t0.imec0.ap.meta',
      '210101_A/210101_A_g1_t0.imec0.lf.bin',
      '210101_A/210101_A_g2_t0.imec0.lf.meta',
      '210101_A/else_g0_t0.imec0.ap.bin',
      '210101_A/B(0).tdms',
      '210101_A/B(1).tdms',
      '210102_A/B(0).tdms',
      ...probe('210103_A/210103_A_g0_t0.imec0'),
      ...probe('210103_A/210103_A_g1_t0.imec0'),
      '210103_A/B(0).tdms',
      ...probe('210104_A/210104_A_g0_t0.imec0', 'ap.bin', 'ap.meta'),
    );
    const { sessions } = await openExperiment(folder.path);
    expect(sessions.map(({ findings }) => findings)).toEqual([
      [
        'else_g0_t0.imec0.ap.bin was left out: its name does not begin with 210101_A.',
        expect.stringMatching(/2 behaviour files but 3 runs .* None is used/),
        'recording 0 (g0, t0, imec0) has no AP metadata (.ap.meta).',
        'recording 1 (g1, t0, imec0) has no AP data.',
        'recording 1 (g1, t0, imec0) has no LFP metadata (.lf.meta).',
        'recording 2 (g2, t0, imec0) has no AP data.',
        'recording 2 (g2, t0, imec0) has no AP metadata (.ap.meta).',
        'recording 2 (g2, t0, imec0) has no LFP data, though their .lf.meta is there.',
      ],
      ['there is no recording of SpikeGLX.'],
      ['B(0).tdms is the only behaviour file: all 2 runs use it.'],
      ['there is no behaviour file.'],
    ]);
    expect(sessions[2]!.recordings.map(({ behaviour }) => behaviour!.name)).toEqual(['B(0).tdms', 'B(0).tdms']);
  });

  it('says which folder is missing', async () => {
    await expect(openExperiment(join(folder.path, 'no'))).rejects.toThrow(/no: there is no such folder/);
    await expect(openExperiment(folder.path)).rejects.toThrow(/raw: there is no such folder; expected the folder with/);
    raw('210101_A/x');
    await expect(openExperiment(folder.path, { metadata: join(folder.path, 'm') })).rejects.toThrow(
      /JSON file for each/,
    );
  });
});

describe('metadata', () => {
  const metadata = (mouse: string, content: unknown): string => {
    const path = join(folder.path, 'meta');
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, `${mouse}.json`), typeof content === 'string' ? content : JSON.stringify(content));
    return path;
  };

  it('choose sessions by their dates, and come with them', async () => {
    raw('210101_A/B(0).tdms', '210102_A/B(0).tdms', '210103_A/B(0).tdms');
    const path = metadata('A', [
      { date: '2021-01-01', trials: [1] },
      { date: '20210101', trials: [2] },
      { date: '2021-01-02', exclude: true },
      { date: '2021-02-02' },
    ]);
    const { sessions } = await openExperiment(folder.path, { metadata: path });
    expect(sessions.map(({ name, metadata: own }) => [name, own])).toEqual([
      [
        '210101_A',
        [
          { date: '2021-01-01', trials: [1] },
          { date: '2021-01-01', trials: [2] },
        ],
      ],
    ]);
  });

  it('that cannot be assigned are told', async () => {
    raw('210101_A_a/x', '210101_A_b/x', '210102_A/x', 'today_A/x', '210101_B/x');
    const path = metadata('A', [{ date: '2021-01-01' }, { date: '2021-01-02' }]);
    const { sessions, findings } = await openExperiment(folder.path, { metadata: path });
    expect(sessions.map(({ name }) => name)).toEqual(['210102_A']);
    expect(findings).toEqual([
      expect.stringMatching(/210101_A_a and 210101_A_b have the same date: .* belongs to 210101_A_a cannot be told/),
      expect.stringMatching(/belongs to 210101_A_b cannot be told/),
      expect.stringMatching(/today_A does not begin with a date \(YYMMDD\)/),
      expect.stringMatching(/there is no .*B.json: no session of B is used/),
    ]);
  });

  it.each([
    ['no JSON', '[{', /not the JSON/],
    ['no list', {}, /expected array/],
    ['an entry without date', [{ date: '2021-01-01' }, {}], /entry 2, date: .*expected string/],
    ['a date that is none', [{ date: '1.1.21' }], /entry 1, date: expected a date such as 2021-01-31/],
  ])('are refused: %s', async (_, content, message) => {
    raw('210101_A/x');
    const path = metadata('A', content);
    await expect(openExperiment(folder.path, { metadata: path })).rejects.toThrow(message);
  });
});

describe('names', () => {
  it.each([
    ['210131', 'YYMMDD', '2021-01-31'],
    ['990131', 'YYMMDD', '1999-01-31'],
    ['20210228', 'YYYYMMDD', '2021-02-28'],
    ['28.02.2021', 'DD.MM.YYYY', '2021-02-28'],
    ['210230', 'YYMMDD', undefined],
    ['2101301', 'YYMMDD', undefined],
    ['test', 'YYMMDD', undefined],
  ])('%s as %s', (text, format, expected) => {
    expect(parseDate(text, format)).toBe(expected);
  });

  it('of behaviour begin with a letter, digit, _ or -, and end with a number in brackets', () => {
    expect(parseRawName('NeuropixelBehaviour(0).tdms')).toMatchObject({ kind: 'behaviour', number: 0 });
    expect(parseRawName('.Behaviour(0).tdms')).toBeUndefined();
    expect(parseRawName('Behaviour.tdms')).toBeUndefined();
    expect(parseRawName('B(0)-RightCam-meta.tdms')).toMatchObject({ kind: 'camera', camera: 'RightCam', isMeta: true });
  });
});
