import { Command } from 'commander';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { checkRateOptions } from '../alignment/check_rate_options.js';
import { writeNeuronRates } from '../alignment/neuron_page.js';
import { neuronRateDefaults, neuronRates, trackedNeurons, type NeuronRatesOptions } from '../alignment/neuron_rates.js';
import type { SessionData } from '../alignment/session_data.js';
import type { Response } from '../alignment/trial_kind.js';
import { argumentError, DantError } from '../errors.js';
import { importedTrackedUnits } from '../export/tracked_units.js';
import { neuronPage, reportFile } from '../report/report_data.js';
import { writeReport } from '../report/write_report.js';
import { count } from './count.js';
import { dataFolderOf } from './export.js';
import { interruptSignal } from './interrupt.js';
import {
  addSessionFlags,
  numberFlag,
  openSessionsOfMouse,
  responseFlag,
  responsesOf,
  type SessionFlags,
} from './pixels_sessions.js';

export interface RateFlags {
  response?: string[];
  start?: number;
  end?: number;
  step?: number;
  sigma?: number;
  samples?: number;
  seed?: number;
  minSessions?: number;
}

/** Adds the flags of rates around events. */
export function addRateFlags(command: Command): Command {
  const { startS, endS, stepS, sigmaMs, samples, seed } = neuronRateDefaults;
  return command
    .addOption(responseFlag())
    .addOption(numberFlag('--start <s>', `Begin of the window around the event. Default: ${startS}.`))
    .addOption(numberFlag('--end <s>', `Its end. Default: ${endS}.`))
    .addOption(numberFlag('--step <s>', `Bins of the rates. Default: ${stepS}.`))
    .addOption(numberFlag('--sigma <ms>', `Standard deviation of the Gaussian. Default: ${sigmaMs}.`))
    .addOption(numberFlag('--samples <n>', `Random samples of trials for the bands. Default: ${samples}.`))
    .addOption(numberFlag('--seed <n>', `Seed of their draw. Default: ${seed}.`))
    .addOption(numberFlag('--min-sessions <n>', 'Neurons that were found in at least so many sessions. Default: 2.'));
}

/** `dant pixels neurons`: what tracked neurons do around events, day by day. */
export function pixelsNeuronsCommand(): Command {
  const command = new Command('neurons')
    .description(
      'The rate of each tracked neuron around events on each day, with 95 % bands: tables, figures and a page.',
    )
    .argument('<data>', 'the folder of the experiment')
    .argument('<result>', 'the folder with the results, of data that "dant pixels export" made')
    .option('--input <folder>', 'the data folder of the result; default: as in the settings of the run');
  return addRateFlags(addSessionFlags(command)).action(
    async (data: string, result: string, flags: SessionFlags & RateFlags & { input?: string }) => {
      const responses = await responsesOf(flags.response, flags);
      if (responses.length === 0) throw argumentError('--response', 'at least one ACTION@EVENT', responses);
      const signal = interruptSignal();
      await checkRateFlags(flags, signal);
      const input = flags.input ?? (await dataFolderOf(result));
      const folders = new Set(
        (await importedTrackedUnits(result, input)).map(({ origin }) => basename(dirname(origin.folder))),
      );
      const sessions = await openSessionsOfMouse(data, flags, ({ session }) => folders.has(session.name));
      console.log(await ratesText(result, input, sessions, responses, flags, signal));
    },
  );
}

/** Rejects with DANT_ARGUMENT for flags that cannot be used, before what takes long. */
export async function checkRateFlags(flags: RateFlags, signal: AbortSignal): Promise<void> {
  if ((flags.minSessions ?? 1) < 1) throw argumentError('--min-sessions', 'at least 1', flags.minSessions);
  await checkRateOptions(rateOptions(flags), { signal });
}

const rateOptions = ({ start, end, step, sigma, samples, seed }: RateFlags): NeuronRatesOptions => ({
  startS: start,
  endS: end,
  stepS: step,
  sigmaMs: sigma,
  samples,
  seed,
});

/** Writes the rates of a result and says what was written. */
export async function ratesText(
  result: string,
  dataFolder: string,
  sessions: readonly SessionData[],
  responses: readonly Response[],
  flags: RateFlags,
  signal: AbortSignal,
): Promise<string> {
  const atLeast = flags.minSessions ?? 2;
  const neurons = await trackedNeurons(result, dataFolder, sessions, atLeast);
  if (neurons.length === 0) {
    throw new DantError(
      'DANT_DATA',
      `${result}: no neuron was found in ${count(atLeast, 'session')} or more. Lower --min-sessions.`,
    );
  }
  const rates = await neuronRates(neurons, sessions, responses, rateOptions(flags), { signal });
  for (const warning of rates.warnings) console.error(`Warning: ${warning}`);
  const isLinked = existsSync(join(result, neuronPage));
  const files = await writeNeuronRates(result, rates, sessions, responses);
  // The report has a link to a page that it was not drawn with.
  if (!isLinked && existsSync(join(result, reportFile)))
    await writeReport(result, { dataFolder, figures: false, signal });
  return [
    `${count(neurons.length, 'neuron')} around ${responses.map(({ name }) => name).join(', ')}:`,
    ...files.filter((file) => !file.includes('/')).map((file) => `  ${join(result, file)}`),
    `  ${join(result, files.at(-1)!.split('/')[0]!)}, a figure for each`,
  ].join('\n');
}
