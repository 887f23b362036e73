// Choosing units by phy's table, shapes of waveforms, and sessions as they lie in folders.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { beforeAll, describe, expect, it } from 'vitest';

import { alignTrials, alignedRateConfidence, sessionConfidence } from '../../lib/alignment/align_trials.js';
import { readProbeDepth, selectUnits, type UnitFacts } from '../../lib/alignment/select_units.js';
import { SessionData } from '../../lib/alignment/session_data.js';
import { trialsOf } from '../../lib/alignment/session_trials.js';
import { spikeWaveforms } from '../../lib/alignment/spike_waveforms.js';
import { eventWithinMs } from '../../lib/alignment/trials.js';
import { spikeWidth, waveformMetrics } from '../../lib/alignment/waveform_metrics.js';
import { medianOf } from '../../lib/arrays.js';
import { openExperiment } from '../../lib/experiment/folders.js';
import { writeSync } from '../../lib/experiment/sync_files.js';
import { readNpz } from '../../lib/files/npz.js';
import { readLabels } from '../../lib/import/labels.js';
import { writeNpy } from '../../lib/files/npy_writer.js';
import { processLfp } from '../../lib/processing/ephys.js';
import { folderOfFile } from '../cli/folder.js';
import { fixtures, haveFixtures } from '../pixels_fixtures.js';

const folder = folderOfFile();

describe('selectUnits', () => {
  const facts: UnitFacts = {
    probeDepthUm: 1200,
    spikeWidths: (ids) => Promise.resolve(new Map(ids.map((id) => [id, 0.2 + id / 10]))),
  };
  let sorted: string;
  beforeAll(() => {
    sorted = join(folder, 'sorted');
    mkdirSync(sorted);
    const rows = [
      [7, 'good', 'good', 100],
      [2, 'mua', 'good', 0],
      [3, 'good', 'mua', 1000],
      [4, 'good', '', 1300],
      [5, 'mua', '', 400],
    ];
    writeFileSync(
      join(sorted, 'cluster_info.tsv'),
      ['cluster_id\tKSLabel\tgroup\tdepth', ...rows.map((row) => row.join('\t'))].join('\n'),
    );
  });
  const chosen = async (selection: object, of: UnitFacts = facts) => (await selectUnits(sorted, selection, of)).ids;

  it('by group, in the order of the table; above the surface are none', async () => {
    expect(await chosen({})).toEqual([7, 2]);
    expect(await chosen({ group: 'mua' })).toEqual([3]);
    expect(await chosen({ group: null })).toEqual([7, 2, 3, 5]);
    expect(await chosen({ uncurated: true })).toEqual([7, 3]);
    expect(await chosen({ group: 'noise' })).toEqual([]);
    expect((await selectUnits(sorted, { name: 'all' }, facts)).name).toBe('all');
  });

  it('by the sorter where every group is unsorted, as phy writes of what nobody looked at', async () => {
    const unseen = join(folder, 'unseen');
    mkdirSync(unseen);
    const rows = ['4\tgood\tunsorted', '6\tmua\tunsorted', '9\t\t'];
    writeFileSync(join(unseen, 'cluster_info.tsv'), ['cluster_id\tKSLabel\tgroup', ...rows].join('\n'));
    expect((await selectUnits(unseen, {}, facts)).ids).toEqual([4]);
    expect((await selectUnits(unseen, { group: 'mua' }, facts)).ids).toEqual([6]);
    expect((await selectUnits(unseen, { group: 'unsorted' }, facts)).ids).toEqual([4, 6, 9]);
  });

  it('by cluster_group.tsv before cluster_info.tsv, as the importer does', async () => {
    const both = join(folder, 'both');
    mkdirSync(both);
    const info = ['0\tgood\tgood\t500', '1\tgood\tmua\t500', '2\tmua\tgood\t500'];
    writeFileSync(join(both, 'cluster_info.tsv'), ['cluster_id\tKSLabel\tgroup\tdepth', ...info].join('\n'));
    writeFileSync(join(both, 'cluster_group.tsv'), 'cluster_id\tgroup\n0\tnoise\n1\tgood\n2\tunsorted\n');
    expect((await selectUnits(both, {}, facts)).ids).toEqual([1, 2]);
    expect((await selectUnits(both, { group: 'noise' }, facts)).ids).toEqual([0]);
    const label = await readLabels(both);
    expect([0, 1, 2].map(label)).toEqual(['noise', 'good', 'good']);
  });

  it('by depth below the surface: above the first, at most the second', async () => {
    expect(await chosen({ group: null, minDepthUm: null })).toEqual([7, 2, 3, 4, 5]);
    expect(await chosen({ group: null, minDepthUm: 200 })).toEqual([7, 2, 5]);
    expect(await chosen({ group: null, minDepthUm: 199, maxDepthUm: 1100 })).toEqual([7, 3, 5]);
  });

  it('by spike width, both ends included', async () => {
    expect(await chosen({ group: null, minSpikeWidthMs: 0.4, maxSpikeWidthMs: 0.5 })).toEqual([2, 3]);
    expect(await chosen({ group: null, minSpikeWidthMs: 0 })).toEqual([7, 2, 3, 5]);
  });

  it('says what is missing: the depth, the table, a depth of a cluster; and what cannot be', async () => {
    const unknown = { ...facts, probeDepthUm: undefined };
    expect(await chosen({}, unknown)).toEqual([7, 2]);
    await expect(chosen({ minDepthUm: 0 }, unknown)).rejects.toThrow(
      /depth\.txt: there is no such file.*Write the depth/,
    );
    const empty = join(folder, 'empty');
    mkdirSync(empty);
    await expect(selectUnits(empty, {}, facts)).rejects.toThrow(/can't load cluster info.*Was this session sorted\?/);
    await expect(chosen({ minDepthUm: 3, maxDepthUm: 2 })).rejects.toMatchObject({ code: 'DANT_ARGUMENT' });
    await expect(chosen({ maxSpikeWidthMs: NaN })).rejects.toMatchObject({ code: 'DANT_ARGUMENT' });
    writeFileSync(join(empty, 'depth.txt'), 'deep\n');
    await expect(readProbeDepth(empty)).rejects.toThrow(/expected the depth of the probe’s tip in µm but found "deep"/);
    writeFileSync(join(empty, 'depth.txt'), '1200\n1300\n');
    expect(await readProbeDepth(empty)).toBe(1200);
  });
});

describe('waveforms', () => {
  // A triangle down to −8 at sample 3, up to 4 at sample 9, back to 0
  const wave = [0, 0, -4, -8, -5, -2, 1, 2, 3, 4, 3, 2, 1, 0];
  const times = wave.map((_, i) => i / 10);

  it('have metrics that are easily counted', () => {
    const metrics = waveformMetrics(wave, times, 4);
    expect(metrics).toMatchObject({ troughPeakRatio: -0.5 });
    if (typeof metrics === 'string') throw new Error(metrics);
    expect(metrics.troughToPeakMs).toBeCloseTo(0.6, 12);
    // Below −4: samples 3 and 4; one outward on each side
    expect(metrics.halfWidthMs).toBeCloseTo(0.3, 12);
    expect(metrics.repolarisationSlope).toBeCloseTo(30 / 8, 12);
    expect(metrics.recoverySlope).toBeCloseTo(-10 / 8, 12);
    expect(spikeWidth(wave, times)).toBeCloseTo(0.6, 12);
  });

  it('have none where there is nothing to measure', () => {
    expect(waveformMetrics([0, 0, 0], times.slice(0, 3))).toMatch(/flat/);
    expect(waveformMetrics([1, 2, 3], times.slice(0, 3))).toMatch(/no trough/);
    expect(waveformMetrics([0, -1, -2], times.slice(0, 3))).toMatch(/no peak/);
    expect(waveformMetrics([0, -3, 2, 1], times.slice(0, 4))).toMatch(/within two samples/);
    expect(() => waveformMetrics(wave, times.slice(1))).toThrow(/a list of 14 numbers for timesMs/);
    expect(() => spikeWidth([], [])).toThrow(/at least one sample for waveform/);
    expect(medianOf([3, 1, 2, 10])).toBe(2.5);
    expect(medianOf([])).toBeNaN();
  });
});

describe.skipIf(!haveFixtures)('sessions in folders', () => {
  const push = { label: 1, event: 64 };
  let data: string;

  beforeAll(async () => {
    data = join(folder, 'data');
    cpSync(join(fixtures, 'data'), data, { recursive: true });
    execFileSync('chmod', ['-R', 'u+w', data]);
    for (const name of ['210101_DL001_day1', '210102_DL001']) {
      const processed = join(data, 'processed', name);
      const expected = join(fixtures, 'expected', name);
      cpSync(join(expected, 'lag.json'), join(processed, 'lag.json'));
      const lags = JSON.parse(readFileSync(join(expected, 'lag.json'), 'utf8')) as unknown[];
      for (const r of lags.keys()) {
        const { action_labels } = await readNpz(join(expected, `expected_${r}.npz`));
        await writeNpy(join(processed, `action_labels_${r}.npy`), {
          data: action_labels!.data,
          shape: action_labels!.shape,
        });
      }
    }
  });

  async function opened() {
    const { sessions } = await openExperiment(data);
    return Promise.all(sessions.map((session) => SessionData.open(session)));
  }

  it('have spikes around events, over recordings and sessions', async () => {
    const { table, warnings } = await alignTrials(await opened(), push);
    expect(warnings).toEqual([]);
    expect(table.levels.map(({ name }) => name)).toEqual(['session', 'unit', 'trial']);
    for (const name of ['210101_DL001_day1', '210102_DL001']) {
      type Truth = Record<string, { spikes: Record<string, number[]> }>;
      const truth = JSON.parse(readFileSync(join(fixtures, 'expected', name, 'aligned_spikes.json'), 'utf8')) as Truth;
      for (const [trial, { spikes }] of Object.entries(truth)) {
        for (const [unit, times] of Object.entries(spikes)) {
          const k = Array.from({ length: table.columns }, (_, i) => i).find(
            (i) =>
              table.level('session')[i] === name &&
              table.level('unit')[i] === Number(unit) &&
              table.level('trial')[i] === Number(trial),
          )!;
          const own = [...table.column(k)].filter((time) => !Number.isNaN(time));
          expect(own.map((time) => Math.round(time * 1e4) / 1e4)).toEqual(times);
        }
      }
    }
  });

  it('have rates with confidence intervals', async () => {
    const { table } = await alignedRateConfidence(await opened(), {
      ...push,
      startS: 0,
      stepS: 0.25,
      endS: 0.5,
      samples: 100,
    });
    expect(table.levels.map(({ name }) => name)).toEqual(['session', 'unit', 'bin']);
    expect(table.columns).toBe(2 * 2 * 2);
  });

  it('tell of trials that were left out, also when the intervals come from the cache', async () => {
    const told: string[][] = [];
    for (const session of [(await opened())[1]!, (await opened())[1]!]) {
      const warnings: string[] = [];
      const trials = await trialsOf(session, push, eventWithinMs.spikes, warnings);
      const startS = trials.map((_, t) => (t === 0 ? 1 : 0));
      await sessionConfidence(session, [0, 1], trials, { startS, endS: 0.5, samples: 100 }, warnings, {});
      expect(warnings).toEqual([
        `210102_DL001: 1 of ${trials.length} trials end before they start; they were left out.`,
      ]);
      told.push(await session.cache.entries());
    }
    expect(told[1]).toEqual(told[0]);
  });

  it('are left out when they have no such events, data, or are not sorted; the others go on', async () => {
    const sessions = await opened();
    await expect(alignTrials(sessions, { label: 1, event: 2 ** 20 })).rejects.toThrow(
      /nothing to align in any session\.\n {2}210101_DL001_day1: no event found .*no action with the bits 1 has an event with the bits 1048576/s,
    );
    await expect(alignTrials(sessions, { ...push, data: 'lfp' })).rejects.toThrow(
      /could not find lfp data of 210101_DL001_day1/,
    );
    await expect(alignTrials(sessions, { ...push, data: 'motion_tracking' })).rejects.toMatchObject({
      code: 'DANT_ARGUMENT',
    });
    await expect(alignTrials(sessions, { ...push, data: 'nothing' as 'lfp' })).rejects.toThrow(
      /spike_times, spike_rate, behavioural/,
    );
    const { table, warnings } = await alignTrials(sessions, { ...push, units: [[], [0]] });
    expect(warnings).toEqual(['210101_DL001_day1: no unit is selected.']);
    expect(new Set(table.level('session') as string[])).toEqual(new Set(['210102_DL001']));
    rmSync(join(data, 'processed/210101_DL001_day1/lag.json'));
    const without = await alignTrials(await opened(), push);
    expect(without.warnings[0]).toMatch(
      /210101_DL001_day1: could not find action labels with a synchronised recording/,
    );
    cpSync(join(fixtures, 'expected/210101_DL001_day1/lag.json'), join(data, 'processed/210101_DL001_day1/lag.json'));
    await expect((await opened())[0]!.spikes([99])).rejects.toThrow(/no cluster 99/);
    const { sessions: plain } = await openExperiment(data);
    await expect(SessionData.open(plain[0]!, 3)).rejects.toThrow(/no recording of imec3 but imec0/);
  });

  it('are read by the map of their clocks only where it belongs to the lag of lag.json', async () => {
    const { sessions } = await openExperiment(data);
    const session = sessions[0]!;
    const open = () => SessionData.open(session, 0, 'map');
    await expect(open()).rejects.toThrow(/sync\.json: there is no map of the clocks of recording 0/);
    const line = { offsetS: 1.234, scale: 1, driftPpm: 0 };
    const fit = { edges: 1, matched: 1, residualUs: { rms: 0, max: 0 } };
    const [probeS, laterS] = [Float64Array.of(1), Float64Array.of(1.234)];
    const clock = { ...line, ...fit, probeS, laterS };
    await writeSync(session.processed, 0, { lagMs: 1234, matchPercent: 100, clock });
    expect((await open()).recordings[0]!.clock).toEqual({ offsetS: 1.234, scale: 1 });
    const lags = join(session.processed, 'lag.json');
    const found = readFileSync(lags);
    writeFileSync(lags, '[{"lag_start": 1200, "lag_end": 800}]');
    try {
      await expect(open()).rejects.toMatchObject({
        code: 'DANT_DATA',
        message: expect.stringMatching(
          /belongs to a lag of 1234 ms but lag\.json has 1200 ms\. Take the lag \(--clock lag\).*process --steps sync/,
        ) as string,
      });
      expect((await SessionData.open(session, 0, 'lag')).recordings[0]!.startMs).toBe(1200);
    } finally {
      writeFileSync(lags, found);
    }
  });

  it('have LFP around events', async () => {
    const [first] = await opened();
    const lf = first!.recordings[0]!;
    const interim = join(data, 'interim', first!.session.name);
    mkdirSync(interim, { recursive: true });
    for (const file of [lf.lfBin!, lf.lfMeta!]) execFileSync('tar', ['xzf', file.archive!, '-C', interim]);
    const [bin, meta] = [join(interim, lf.lfBin!.name), join(interim, lf.lfMeta!.name)];
    const output = join(first!.session.processed, lf.lfBin!.name.replace('.bin', '_processed.h5'));
    await processLfp({ bin, meta }, 'lf', output, { lag: { startMs: 1234, endMs: 766 } });
    const { table } = await alignTrials(await opened(), { ...push, data: 'lfp', durationS: 0.2 });
    const { lfp_poly } = await readNpz(join(fixtures, 'expected/210101_DL001_day1/expected_0.npz'));
    // The first rewarded push: its tone is at row 2265.
    const column = table.column(0);
    const uv = (1e6 * 0.6) / 512 / 250;
    for (let i = 0; i < 200; i++) {
      expect(column[i]).toBeCloseTo(uv * (lfp_poly!.data as Float32Array)[(2265 - 100 + 1 + i) * 4]!, 2);
    }
  });

  it('have waveforms in the raw recording, restored for it, and widths', async () => {
    const [, second] = await opened();
    const files = await second!.rawFiles();
    expect(files).toHaveLength(2);
    const table = await spikeWaveforms(await second!.readSorting(), files, [0, 1]);
    expect(table.rows).toBe(82);
    const mean = Array.from({ length: 82 }, (_, i) => {
      const own = Array.from({ length: table.columns }, (_, k) => k).filter((k) => table.level('unit')[k] === 0);
      return own.reduce((sum, k) => sum + table.column(k)[i]!, 0) / own.length;
    });
    expect(mean.indexOf(Math.min(...mean))).toBeGreaterThan(30);
    expect(mean.indexOf(Math.min(...mean))).toBeLessThan(60);
    const wide = await second!.selectUnits({ maxSpikeWidthMs: 100 });
    expect(wide.ids).toEqual([0, 1]);
    expect((await second!.selectUnits({ minSpikeWidthMs: 100 })).ids).toEqual([]);
  });
});
