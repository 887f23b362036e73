import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

import { readNpy } from '../../lib/files/npy.js';
import { writeNpy } from '../../lib/files/npy_writer.js';
import { simulate } from '../../lib/simulate/simulate.js';
import { dant } from '../cli/dant.js';
import { temporaryFolder } from '../cli/folder.js';

const folder = temporaryFolder();
const at = (...names: string[]) => join(folder.path, ...names);
const simulated = { neurons: 60, sessions: 4, channels: 96, samples: 48, durationS: 120 };

/** Puts the units of a session of another animal in the place of those of an animal's session. */
async function exchangeSession(own: string, other: string, session: number, output: string) {
  mkdirSync(join(output, 'spike_times'), { recursive: true });
  cpSync(join(own, 'channel_locations.npy'), join(output, 'channel_locations.npy'));
  const read = async (data: string) => ({
    waveforms: await readNpy(join(data, 'waveform_all.npy'), { as: 'float64' }),
    sessions: (await readNpy(join(data, 'session_index.npy'), { as: 'float64' })).data,
  });
  const sources = { own: await read(own), other: await read(other) };
  const rows = (['own', 'other'] as const).flatMap((name) =>
    Array.from(sources[name].sessions, (number, unit) => ({ name, number, unit })).filter(
      ({ number }) => (number === session) === (name === 'other'),
    ),
  );
  const [, channels, samples] = sources.own.waveforms.shape as [number, number, number];
  const size = channels * samples;
  const waveforms = new Float32Array(rows.length * size);
  for (const [k, { name, unit }] of rows.entries()) {
    waveforms.set(sources[name].waveforms.data.subarray(unit * size, (unit + 1) * size), k * size);
    cpSync(
      join(name === 'own' ? own : other, 'spike_times', `Unit${unit}.npy`),
      join(output, 'spike_times', `Unit${k}.npy`),
    );
  }
  await writeNpy(join(output, 'waveform_all.npy'), { data: waveforms, shape: [rows.length, channels, samples] });
  await writeNpy(join(output, 'session_index.npy'), {
    data: Int32Array.from(rows, ({ number }) => number),
    shape: [rows.length],
  });
}

it.each(['probabilistic', 'reference'])(
  'a session of another animal is told by animal and session (%s)',
  async (method) => {
    await simulate(at('M1'), { ...simulated, seed: 1 });
    await simulate(at('M2'), { ...simulated, seed: 2 });
    await exchangeSession(at('M1'), at('M2'), 3, at('mixed'));
    await writeNpy(at('M2/session_days.npy'), { data: Float64Array.from([0, 1, 5, 12]), shape: [4] });
    // As an import leaves it: where the sessions are from
    const sessions = [1, 2, 3, 4].map((session) => ({ session, folder: `/lab/M1/day${session}` }));
    writeFileSync(at('mixed/import.json'), JSON.stringify({ sessions }));
    const settings = {
      method,
      outputs: { figures: false, report: false },
      motionEstimation: { features: [['Waveform', 'AutoCorr']] },
    };
    const evidence = method === 'reference';
    const animals = { M1: { data: 'mixed' }, M2: { data: 'M2' } };
    writeFileSync(at('study.yaml'), JSON.stringify({ defaults: { settings, evidence }, animals }));
    const { code, stdout, stderr } = await dant(['batch', at('study.yaml')]);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    const told = 'session 3 (/lab/M1/day3) shows no neuron in common with the others';
    expect(stdout).toContain(`Look at these:\n  M1: ${told}`);
    expect(stdout).not.toContain('  M2: ');
    const status = await dant(['batch', 'status', at('study.yaml')]);
    expect(status.stdout).toMatch(/^M1: done \(look at it: session 3 \(\/lab\/M1\/day3\) .*\)\nM2: done\n$/);

    const { recordings } = JSON.parse(readFileSync(at('tracked/study.json'), 'utf8')) as {
      recordings: {
        strangers: string | null;
        facts: { inCommon: object; daysFollowed: object | null; warnings: string[]; intervals: { auc: number } | null };
      }[];
    };
    const [mixed, right] = recordings;
    expect(mixed!.strangers).toContain(told);
    expect(mixed!.facts.inCommon).toEqual({ pairs: 6, connectedPairs: 3, strangers: [3] });
    expect(mixed!.facts.warnings[0]).toMatch(/^Session 3 \(\/lab\/M1\/day3\) .* out of reach\?$/);
    expect(right!.strangers).toBeNull();
    expect(right!.facts.inCommon).toEqual({ pairs: 6, connectedPairs: 6, strangers: [] });
    expect(right!.facts.daysFollowed).toEqual({ median: 12, longest: 12 });
    if (evidence) expect(right!.facts.intervals!.auc).toBeGreaterThan(0.7);
    else expect(right!.facts.intervals).toBeNull();

    const [header, ...rows] = readFileSync(at('tracked/study.csv'), 'utf8').trim().split('\n');
    const column = header!.split(',').indexOf('unconnected_sessions');
    expect(rows.map((row) => row.split(',')[column])).toEqual(['3', '']);
    expect(rows.map((row) => row.split(',').length)).toEqual([header!.split(',').length, header!.split(',').length]);
    const page = readFileSync(at('tracked/study.html'), 'utf8');
    expect(page).toContain(`<h2>Sessions to look at</h2>\n<ul><li class="failed">M1: ${told}`);
    expect(page).toContain('3 of 6 session pairs connect');
  },
);
