import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';

import type { Evidence } from '../../lib/evidence/evidence.js';
import { likenessTest } from '../../lib/evidence/likeness.js';
import { sessionPairs } from '../../lib/evidence/session_pairs.js';
import { readNpy, simulate, track, writeNpy } from '../../lib/index.js';
import { loadSettings } from '../../lib/settings/index.js';
import { dant } from './dant.js';
import { temporaryFolder } from './folder.js';

const folder = temporaryFolder();
let data: string;
let results: string;

/** A recording of which the matching is right, tracked without figures. */
beforeEach(async () => {
  data = join(folder.path, 'data');
  await simulate(data, { neurons: 40, sessions: 3, durationS: 600, seed: 4 });
  results = join(data, 'DANT_Output');
  const { settings } = await loadSettings(data);
  await track({ data, settings: { ...settings, outputs: { figures: false, report: false } }, output: results });
});

const evidenceOf = async (...args: string[]) => {
  const { code, stdout, stderr } = await dant(['evidence', ...args, '--json']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout) as Evidence;
};

describe('dant evidence', () => {
  it('tells how alike matched units fire and respond, in tables, in evidence.json and in figures', async () => {
    await writeNpy(join(data, 'session_days.npy'), { data: Float64Array.of(10, 12.5, 40), shape: [3] });
    const { code, stdout } = await dant(['evidence', results]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^ +1–2 +\d+, \d+ +\d+ +\d+ % +\S+ +\d+ +yes \(1e-\d+\)$/m);
    expect(stdout).toMatch(/^Chance: candidates by score/m);
    expect(stdout).toMatch(/^Matches by days between sessions:$/m);
    expect(stdout).toMatch(/^ +2\.5 +1 +\d+ +\d+ %$/m);
    expect(stdout).toMatch(/^Interspike intervals, of \d+ matches that were found again without spike times/m);
    // The defaults do not use responses: those matches are the result's.
    expect(stdout).toMatch(/^Responses to events \(the matching did not use them\):$/m);
    expect(stdout.match(/Matched units (fire|respond) clearly more alike/g)).toHaveLength(2);
    const figures = join(results, 'Figures');
    for (const name of ['sessions', 'chance', 'intervals', 'responses', 'days'])
      expect(existsSync(join(figures, `evidence_${name}.svg`))).toBe(true);
    expect(readFileSync(join(figures, 'evidence_days.svg'), 'utf8')).toContain('>days between the sessions<');
    // There was no report, so none is drawn.
    expect(existsSync(join(results, 'report.html'))).toBe(false);
    const stored = JSON.parse(readFileSync(join(results, 'evidence.json'), 'utf8')) as Evidence;
    expect(stored.intervals!.auc).toBeGreaterThan(0.9);
    expect(readFileSync(join(results, '.dant-files'), 'utf8')).toContain('evidence.json');
    // The report that is drawn afterwards has it.
    expect((await dant(['report', results, '--quiet'])).code).toBe(0);
    const page = readFileSync(join(results, 'report.html'), 'utf8');
    expect(page).toContain('<h2>Evidence</h2>');
    expect(page).toContain('Matched units fire clearly more alike than neighbours do');
  });

  it('tests the matches of the result where the matching was blind, and agrees with the rows of the file', async () => {
    const blind = ['--matching.features', 'AlignedWaveform,Location', '--outputs.figures', 'false'];
    expect((await dant(['run', data, '--quiet', '--overwrite', ...blind, '--outputs.report', 'false'])).code).toBe(0);
    const { intervals, responses } = await evidenceOf(results);
    const clusters = (await readNpy(join(results, 'IdxCluster.npy'), { as: 'int32' })).data;
    const sessions = (await readNpy(join(data, 'session_index.npy'), { as: 'int32' })).data;
    const locationsUm = (await readNpy(join(results, 'locations.npy'), { as: 'float64' })).data;
    const units = { clusters, sessions, sessionCount: 3, locationsUm };
    const peth = await readNpy(join(data, 'peth.npy'), { as: 'float64' });
    const expected = likenessTest(peth, units, sessionPairs(units));
    expect(responses).toMatchObject({ ...expected, isOfResult: true });
    expect(intervals).toMatchObject({ isOfResult: true, matches: responses!.matches });
  });

  it('finds nothing in matches of different neurons', async () => {
    // Each unit of a session is matched to one of another session that lies near it but is another neuron.
    const clusters = new Int32Array((await readNpy(join(results, 'IdxCluster.npy'))).shape[0]!).fill(-1);
    const sessions = (await readNpy(join(data, 'session_index.npy'), { as: 'int32' })).data;
    const locations = (await readNpy(join(results, 'locations.npy'), { as: 'float64' })).data;
    const right = (await readNpy(join(results, 'IdxCluster.npy'), { as: 'int32' })).data;
    const taken = new Set<number>();
    let next = 1;
    for (const [i, session] of sessions.entries()) {
      if (session !== 1) continue;
      const others = [...sessions.keys()].filter(
        (j) => sessions[j] === 2 && right[i]! > 0 && right[j]! > 0 && right[j] !== right[i] && !taken.has(j),
      );
      const distance = (j: number) => Math.abs(locations[3 * i + 1]! - locations[3 * j + 1]!);
      const nearest = others.sort((a, b) => distance(a) - distance(b))[0]!;
      taken.add(nearest);
      clusters[i] = clusters[nearest] = next++;
    }
    const wrong = join(folder.path, 'wrong');
    mkdirSync(wrong);
    await writeNpy(join(wrong, 'IdxCluster.npy'), { data: clusters, shape: [clusters.length] });
    await writeNpy(join(wrong, 'locations.npy'), { data: locations, shape: [clusters.length, 3] });
    cpSync(join(results, 'run.json'), join(wrong, 'run.json'));
    const { responses } = await evidenceOf(wrong, '--data', data);
    expect(responses!.isOfResult).toBe(true);
    expect(responses!.matched).toBeGreaterThan(25);
    expect(responses!.auc).toBeLessThan(0.6);
  });

  it('says what it cannot measure, and why', async () => {
    const elsewhere = join(folder.path, 'elsewhere');
    cpSync(results, elsewhere, { recursive: true });
    rmSync(join(data, 'peth.npy'));
    const known = await dant(['evidence', results]);
    expect(known.stdout).toContain('Not measured. Responses to events: there is no peth.npy.');
    rmSync(join(data, 'waveform_all.npy'));
    const { stdout } = await dant(['evidence', elsewhere]);
    expect(stdout).toMatch(/^Not measured\. Interspike intervals: the folder with the data was not found/m);
    expect(stdout).toMatch(/^ +1–2 +/m);
  });

  it('refuses other data, files of others, and what holds no results', async () => {
    const other = join(folder.path, 'other');
    await simulate(other, { neurons: 20, sessions: 2, durationS: 60 });
    const mixed = await dant(['evidence', results, '--data', other]);
    expect(mixed.code).toBe(1);
    expect(mixed.stderr).toMatch(/expected the results of .*other, which has \d+ units, but they are of \d+\./);
    expect((await dant(['evidence', other])).stderr).toMatch(/neither IdxCluster\.npy nor Output\.npz/);
    writeFileSync(join(results, 'evidence.json'), 'mine');
    const refused = await dant(['evidence', results]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('was not written by dant');
    expect(readFileSync(join(results, 'evidence.json'), 'utf8')).toBe('mine');
    // Nor does a report take it for evidence.
    expect((await dant(['report', results])).stdout).toMatch(/evidence\.json: it cannot be read .*; it is left out/);
  });
});
