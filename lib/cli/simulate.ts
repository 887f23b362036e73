import { join } from 'node:path';
import { Command, Option } from 'commander';

import { simulationParameters, type SimulateOptions } from '../simulate/parameters.js';
import { presets } from '../simulate/presets.js';
import { simulate, type SimulationSummary } from '../simulate/simulate.js';
import { parameterRows } from '../simulate/table.js';
import { DantError } from '../errors.js';
import {
  experimentDefaults,
  simulateExperiment,
  type ExperimentSummary,
} from '../simulate/experiment/simulate_experiment.js';
import { rawDefaults, simulateRaw, type RawSummary } from '../simulate/raw/simulate_raw.js';
import { interruptSignal } from './interrupt.js';
import { count } from './count.js';
import { quoted } from './quoted.js';

/** `dant simulate`: writes a recording whose neurons and motion are known. */
export function simulateCommand(): Command {
  const command = new Command('simulate')
    .description('Simulate a chronic recording whose neurons and motion are known.')
    .argument('<folder>', 'the folder to write, new or empty')
    .addOption(
      new Option('--preset <name>', 'A recording of a certain kind (see below); flags change it further.').choices(
        Object.keys(presets),
      ),
    )
    .option('--raw', 'Simulate raw recordings (SpikeGLX) and folders of a sorter (Kilosort, phy) for "dant import".')
    .option('--experiment', 'Simulate an experiment of two mice with behaviour, from raw files on, for "dant pixels".');
  for (const [name, row] of parameterRows) {
    const value = row.default;
    const fallback = Array.isArray(value) ? '' : ` Default: ${String(value)}.`;
    command.addOption(
      new Option(
        `${flagOf(name)} <${row.choices.length > 0 ? 'name' : row.placeholder}>`,
        `${row.about} Expected: ${row.expected}.${fallback}`,
      ).argParser((text) => row.fromText(text)),
    );
  }
  return command
    .addHelpText('after', notes())
    .action(async (folder: string, { raw = false, experiment = false, ...options }: SimulateFlags) => {
      if (raw && experiment) throw new DantError('DANT_ARGUMENT', 'Choose one of --raw and --experiment.');
      const signal = interruptSignal();
      const parameters = simulationParameters(
        options,
        flagOf,
        raw ? rawDefaults : experiment ? experimentDefaults : {},
      );
      const { stderr } = process;
      const showProgress = (fraction: number) => {
        if (stderr.isTTY) stderr.write(`\rSimulating ${Math.floor(100 * fraction)} %`);
      };
      const control = { signal, onProgress: showProgress };
      let text: string;
      try {
        if (raw) text = rawText(folder, await simulateRaw(folder, parameters, control));
        else if (experiment) text = experimentText(folder, await simulateExperiment(folder, parameters, control));
        else text = summaryText(folder, await simulate(folder, parameters, control));
      } finally {
        if (stderr.isTTY) stderr.write('\r\x1b[2K');
      }
      console.log(text);
    });
}

interface SimulateFlags extends SimulateOptions {
  raw?: boolean;
  experiment?: boolean;
}

/** driftUm → --drift-um */
const flagOf = (name: string) => `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

function notes(): string {
  const width = Math.max(...Object.keys(presets).map((name) => name.length));
  return `
Presets:
${Object.entries(presets)
  .map(([name, { about }]) => `  ${name.padEnd(width)}  ${about}`)
  .join('\n')}

The same parameters and seed give the same bytes. The truth is in truth.npz; "dant score" compares a result with it:
  of each unit     neuron; fault (0 none, 1 part of a split neuron, 2 mixed with a neighbour); shank;
                   location (across the probe, depth, distance from its plane; µm)
  of each session  drift (µm) and linear (µm/mm): what lies at depth y without motion is recorded at
                   y + drift + 0.001·linear·y

With --raw, each session is a folder with the raw recording, .ap.bin and .ap.meta as of SpikeGLX, and the sorter's folder, in
which some neurons are split, mixed or missed. Other defaults then:
${Object.entries(rawDefaults)
  .map(([name, value]) => `  ${flagOf(name)} ${String(value)}\n`)
  .join('')}truth.npz has a row for each cluster, with its session and cluster_id.

With --experiment, each of two mice (M1, M2) pushes a lever in each session: raw/ has the files of probe and behaviour, packed, and
processed/ the sorter's folders. Of each mouse three neurons respond, to the tone, the push and the reward; truth.json tells which.
Other defaults then:
${Object.entries(experimentDefaults)
  .map(([name, value]) => `  ${flagOf(name)} ${String(value)}\n`)
  .join('')}`;
}

function rawText(folder: string, { units, neurons, sessions, channels, folders }: RawSummary): string {
  const data = `${folder}_data`;
  return [
    `Simulated raw recordings of ${count(sessions, 'session')}, ${count(channels, 'channel')}, in ${folder}:`,
    `  the sorter found ${count(units, 'unit')} of ${count(neurons, 'neuron')}.`,
    'Next:',
    `  dant track ${folders.map(quoted).join(' ')} --output ${quoted(data)}`,
    `  dant score ${quoted(join(data, 'DANT_Output'))} ${quoted(folder)}`,
  ].join('\n');
}

function experimentText(folder: string, { mice, sessions, responding }: ExperimentSummary): string {
  const [mouse] = mice as [string];
  return [
    `Simulated ${count(sessions, 'session')} of each of the mice ${mice.join(' and ')}, in ${folder}:`,
    ...mice.map(
      (name) =>
        `  ${name}: ${Object.entries(responding[name]!)
          .map(([event, neuron]) => `neuron ${neuron} responds to ${event}`)
          .join(', ')}`,
    ),
    'Next:',
    `  dant pixels process ${quoted(folder)} --task lever-push`,
    `  dant pixels track ${quoted(folder)} --mouse ${mouse} --response rewarded_push@reward --output ${quoted(`${folder}_${mouse}`)}`,
  ].join('\n');
}

function summaryText(folder: string, { units, neurons, sessions, channels, samples }: SimulationSummary): string {
  const [unitCount, neuronCount] = [units, neurons].map((count) => count.toLocaleString('en-US'));
  return [
    `Simulated ${unitCount!} units of ${neuronCount!} neurons in ${sessions} sessions,`,
    `  ${channels} channels × ${samples} samples, in ${folder}.`,
    'Next:',
    `  dant run ${quoted(folder)}`,
    `  dant score ${quoted(join(folder, 'DANT_Output'))} ${quoted(folder)}`,
  ].join('\n');
}
