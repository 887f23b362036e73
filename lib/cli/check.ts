import { Command } from 'commander';

import { checkDataset, datasetRequirements, type DatasetCheck, type DatasetFacts } from '../dataset/load.js';
import { DantError } from '../errors.js';
import { loadSettings } from '../settings/index.js';
import { count } from './count.js';
import { interruptSignal } from './interrupt.js';
import { noProgress, progressLines } from './progress.js';
import { quoted } from './quoted.js';
import { addSettingFlags } from './setting-flags.js';

/** `dant check`: reads and judges what a run would use. */
export function checkCommand(): Command {
  const command = new Command('check')
    .description('Read and judge the settings and the input files without running.')
    .argument('[settings]', 'the settings file, or a folder that holds a settings.json', '.')
    .option('--json', 'Print one JSON object: the problems, the warnings and the facts.');
  const assignments = addSettingFlags(command);
  return command
    .addHelpText('after', '\nThe exit code is 0 if the data can be tracked, else 1.')
    .action(async (path: string, { json = false }: { json?: boolean }) => {
      const check = await checkInput(path, assignments, json);
      console.log(json ? JSON.stringify(check) : checkText(path, check));
      if (check.problems.length > 0) process.exitCode = 1;
    });
}

interface InputCheck extends DatasetCheck {
  settingsFile?: string;
  dataFolder?: string;
}

async function checkInput(path: string, assignments: readonly string[], json: boolean): Promise<InputCheck> {
  const signal = interruptSignal();
  const progress = json ? noProgress : progressLines();
  try {
    const { settings, warnings, file } = await loadSettings(path, assignments);
    const check = await checkDataset(settings.path_to_data, datasetRequirements(settings), {
      signal,
      threads: settings.n_jobs,
      onProgress: (fraction) => {
        progress.onProgress({ stage: 'read', fraction });
      },
    });
    return {
      settingsFile: file,
      dataFolder: settings.path_to_data,
      ...check,
      warnings: [...warnings, ...check.warnings],
    };
  } catch (error) {
    if (json && error instanceof DantError) return { problems: [error.message], warnings: [], facts: {} };
    throw error;
  } finally {
    progress.end(false);
  }
}

function checkText(path: string, { settingsFile, dataFolder, facts, warnings, problems }: InputCheck): string {
  const canRun = problems.length === 0;
  return [
    `Settings  ${settingsFile!}`,
    `Data      ${dataFolder!}`,
    ...factLines(facts),
    ...warnings.map((warning) => `Warning: ${warning}`),
    ...problems.map((problem) => `Problem: ${problem}`),
    canRun ? `The data can be tracked: dant run ${quoted(path)}` : 'The data cannot be tracked as they are.',
  ].join('\n');
}

function factLines({ units, sessions, channels, samples, shanks, spikes, pethBins }: DatasetFacts): string[] {
  const facts = [
    units !== undefined && count(units, 'unit'),
    sessions !== undefined && count(sessions, 'session'),
    channels !== undefined && count(channels, 'channel'),
    shanks !== undefined && `${count(shanks.length, 'shank')} (${shanks.join(', ')})`,
    samples !== undefined && `waveforms of ${count(samples, 'sample')}`,
    spikes !== undefined && count(spikes, 'spike'),
    pethBins !== undefined && `PETH of ${count(pethBins, 'bin')}`,
  ].filter((fact) => fact !== false);
  return facts.map((fact) => `          ${fact}`);
}
