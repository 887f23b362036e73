// dant pixels align, export, track and neurons, as people call them.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { simulateExperiment, type SimulatedExperiment } from '../alignment/simulated_experiment.js';
import { dant as run } from './dant.js';

const dant = (...args: string[]) => run(args);

let folder: string;
let experiment: SimulatedExperiment;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'dant-pixels-'));
  experiment = await simulateExperiment(folder);
}, 60_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const push = ['--action', 'rewarded_push', '--event', 'tone_onset', '--task', 'lever-push'];

it('align writes a table of the sessions', async () => {
  const output = join(folder, 'times.csv');
  const { stdout, code } = await dant(
    'pixels',
    'align',
    experiment.data,
    ...push,
    '--data',
    'spike-times',
    '-o',
    output,
  );
  expect(code).toBe(0);
  expect(stdout).toMatch(/Wrote \d+ columns \(session, unit, trial\) of \d+ rows \(spike\) to/);
  expect(readFileSync(output, 'utf8').split('\n')[0]).toBe('session,unit,trial,spike,value');
});

it('align names what there is instead of what is not', async () => {
  const asked = async (...more: string[]) =>
    dant('pixels', 'align', experiment.data, ...more, '-o', join(folder, 'x.h5'));
  const wrong = await asked('--action', 'jump', '--event', 'tone_onset', '--task', 'lever-push');
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toMatch(/has no action called jump\. It has .*rewarded_push/);
  expect((await asked(...push, '--data', 'lfp')).stderr).toMatch(/could not find lfp data of 210101_M1/);
  expect((await asked(...push, '--mouse', 'M')).code).toBe(1);
  expect((await asked(...push, '--max-depth', '500')).stderr).toMatch(/depth\.txt: there is no such file/);
  expect(existsSync(join(folder, 'x.h5'))).toBe(false);
});

it('track goes from sessions to what neurons do; neurons does it again', async () => {
  const output = join(folder, 'M1');
  const response = ['--response', 'rewarded_push@tone_onset', '--task', 'lever-push', '--samples', '50'];
  const { stdout, stderr, code } = await dant(
    'pixels',
    'track',
    experiment.data,
    '--mouse',
    'M1',
    ...response,
    '-o',
    output,
  );
  expect(`${code} ${stderr}`).toMatch(/^0/);
  expect(stdout).toMatch(/neurons around rewarded_push@tone_onset:/);
  const result = join(output, 'DANT_Output');
  expect(readFileSync(join(result, 'report.html'), 'utf8')).toContain('href="neurons.html"');
  const before = readFileSync(join(result, 'neuron_rates.csv'));
  rmSync(join(result, 'neurons.html'));
  expect((await dant('pixels', 'neurons', experiment.data, result, ...response)).code).toBe(0);
  expect(existsSync(join(result, 'neurons.html'))).toBe(true);
  expect(readFileSync(join(result, 'neuron_rates.csv'))).toEqual(before);
  const none = await dant('pixels', 'neurons', experiment.data, result);
  expect(none.stderr).toMatch(/at least one ACTION@EVENT/);
  const few = await dant('pixels', 'neurons', experiment.data, result, ...response, '--min-sessions', '9');
  expect(few.stderr).toMatch(/no neuron was found in 9 sessions or more/);
});

it('export prints the commands that go on, which do', async () => {
  const output = join(folder, 'printed');
  const asked = ['--mouse', 'M1', '--interim', join(folder, 'inter im'), '--probe', '0'];
  const response = ['--response', 'rewarded_push+missed_tone@tone_onset', '--response', '1@reward+tone_onset'];
  const exported = async (to: string, ...flags: string[]) => {
    const { stdout, stderr, code } = await dant('pixels', 'export', experiment.data, ...flags, '-o', to);
    expect(`${code} ${stderr}`).toMatch(/^0/);
    return stdout.split('Next:\n')[1]!.trimEnd().split('\n');
  };
  const printed = await exported(output, ...asked, ...response);
  expect(printed).toHaveLength(2);
  expect(printed[1]).toBe(
    `  dant pixels neurons ${experiment.data} ${join(output, 'DANT_Output')} --response "rewarded_push+missed_tone@tone_onset"` +
      ` --response "1@reward+tone_onset" --probe 0 --mouse M1 --interim "${join(folder, 'inter im')}"`,
  );
  // Drawing is not what this is about.
  const file = join(output, 'settings.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/"(figures|report)": true/g, '"$1": false'));
  for (const line of printed) {
    const words = [...line.matchAll(/"([^"]*)"|(\S+)/g)].map(([, inside, bare]) => inside ?? bare!);
    const { code, stderr } = await dant(...words.slice(1));
    expect(`${code} ${stderr}`).toMatch(/^0/);
  }
  expect(existsSync(join(output, 'DANT_Output', 'neurons.html'))).toBe(true);
  // "neurons" cannot do without a response.
  expect(await exported(join(folder, 'bare'))).toEqual([`  dant run ${join(folder, 'bare')}`]);
}, 20_000);

it('responses are looked at before the sessions', async () => {
  const nowhere = join(folder, 'nowhere');
  for (const [command, ...more] of [
    ['export', '-o', nowhere],
    ['track', '-o', nowhere],
    ['neurons', nowhere],
  ] as const) {
    const { stderr, code } = await dant('pixels', command, nowhere, ...more, '--response', 'jump@tone_onset');
    expect(`${code} ${stderr}`).toMatch(/^1 .*has no action called jump/);
  }
});

it.each([
  ['--sigma', '-1', /a number of at least 0 for sigmaMs/],
  ['--step', '0.4', /a step that divides 1\.5 s for stepS/],
  ['--samples', '1e8', /a whole number from 1 to 10000000 for samples/],
  ['--seed', '-1', /an integer of at least 0 for seed but received -1/],
  ['--min-sessions', '0', /at least 1 for --min-sessions/],
])('track refuses %s %s before it does anything', async (flag, value, message) => {
  const output = join(folder, 'refused');
  const response = ['--response', 'rewarded_push@tone_onset'];
  const { stderr, code } = await dant('pixels', 'track', experiment.data, '-o', output, ...response, flag, value);
  expect(`${code} ${stderr}`).toMatch(message);
  expect(code).toBe(1);
  expect(existsSync(output)).toBe(false);
});

it('list prints the command that processes the same sessions', async () => {
  const flags = ['--task', 'lever-push', '--mouse', 'M1,M2', '--session-pattern', '(?<date>\\d+)_(?<mouse>.*)'];
  const { stdout } = await dant('pixels', 'list', experiment.data, ...flags);
  expect(stdout).toContain(
    `Next:\n  dant pixels process ${experiment.data} --task lever-push --mouse "M1,M2" --session-pattern "(?<date>\\d+)_(?<mouse>.*)"\n`,
  );
  expect((await dant('pixels', 'list', experiment.data)).stdout).toContain(`dant pixels process ${experiment.data}\n`);
});

it('export wants one mouse', async () => {
  const two = join(folder, 'two');
  cpSync(experiment.data, two, { recursive: true });
  const rename = (place: string) =>
    execFileSync('sh', [
      '-c',
      `cd "${two}/${place}" && mv 210102_M1 210102_M10 && cd 210102_M10 && for f in 210102_M1_*; do [ -e "$f" ] && mv "$f" "210102_M10_\${f#210102_M1_}"; done; true`,
    ]);
  rename('raw');
  rename('processed');
  const { stderr, code } = await dant('pixels', 'export', two, '-o', join(folder, 'no'));
  expect(code).toBe(1);
  expect(stderr).toMatch(/holds sessions of M1, M10\. Say whose are meant: --mouse M1\./);
  expect(existsSync(join(folder, 'no'))).toBe(false);
});
