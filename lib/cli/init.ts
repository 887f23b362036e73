import { existsSync, statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command } from 'commander';

import { DantError } from '../errors.js';
import { completeSettings } from '../settings/index.js';
import { settingsTemplate } from '../settings/template.js';
import { quoted } from './quoted.js';

/** `dant init`: writes a commented settings file that fits what lies in the folder. */
export function initCommand(): Command {
  return new Command('init')
    .description('Write a settings.json with every setting and its explanation.')
    .argument('[folder]', 'the folder that holds the data', '.')
    .addHelpText('after', '\nAn existing settings.json is never touched.')
    .action(async (folder: string) => {
      console.log(await writeSettings(folder));
    });
}

const neededFiles = ['waveform_all.npy', 'channel_locations.npy', 'session_index.npy', 'spike_times'];

/** Returns what to tell the user. */
async function writeSettings(folder: string): Promise<string> {
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new DantError('DANT_OUTPUT', `Expected the folder that holds the data, but ${folder} is no folder.`);
  }
  const file = join(folder, 'settings.json');
  const hasPeth = existsSync(join(folder, 'peth.npy'));
  const { settings } = completeSettings(hasPeth ? {} : { motionEstimation: { features: [['Waveform', 'AutoCorr']] } });
  try {
    await writeFile(file, settingsTemplate(settings), { flag: 'wx' });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new DantError(
      'DANT_OUTPUT',
      code === 'EEXIST'
        ? `${file} exists and was left as it is. To start afresh, rename or delete it first.`
        : `${file} could not be written: ${message}.`,
      { cause: error },
    );
  }
  const missing = neededFiles.filter((name) => !existsSync(join(folder, name)));
  return [
    `Wrote ${file}.`,
    `Neurons will be matched by ${settings.matching.features.join(', ')} (matching.features).`,
    ...(hasPeth ? ['There is a peth.npy: add PETH to that list if the responses to events should count.'] : []),
    ...(missing.length > 0
      ? [`Not in this folder: ${missing.join(', ')}. Put the data here, or write in path_to_data where they are.`]
      : []),
    'Next:',
    `  dant check ${quoted(file)}`,
    `  dant run ${quoted(file)}`,
  ].join('\n');
}
