import { InvalidArgumentError, Option, type Command } from 'commander';

import { findProbe, type FoundProbe, type ProbeQuery } from '../import/ibl/find_probe.js';
import { loadSpikeSorting, type SpikeSorting, type SpikeSortingOptions } from '../import/ibl/load_spike_sorting.js';
import { openOneCache, type OneCache } from '../import/ibl/one_cache.js';
import { interruptSignal } from './interrupt.js';

export type ProbeOptions = ProbeQuery & Pick<SpikeSortingOptions, 'sorter' | 'revision' | 'namespace' | 'goodUnits'>;

/** Adds the flags that choose a session. */
export function addSessionOptions(command: Command): Command {
  return command
    .argument('<cache>', 'the folder with <lab>/Subjects/<subject>/<date>/<number>')
    .option('--subject <name>', 'Of this subject.')
    .addOption(
      new Option('--date <yyyy-mm-dd>', 'Of this day.').argParser((text) => {
        if (!/^\d{4}-\d\d-\d\d$/.test(text)) throw new InvalidArgumentError('Expected a date such as 2024-05-01.');
        return text;
      }),
    )
    .addOption(
      new Option('--number <n>', 'The session with this number of the day.').argParser((text) => {
        if (!/^\d{1,3}$/.test(text)) throw new InvalidArgumentError('Expected a number from 0 to 999.');
        return Number(text);
      }),
    )
    .option('--eid <id>', 'The session with this id in the cache’s sessions.pqt.');
}

/** Adds the flags that choose a probe's sorting. */
export function addProbeOptions(command: Command): Command {
  return addSessionOptions(command)
    .option('--probe <name>', 'The probe, such as probe00; needed if there is more than one.')
    .option('--pid <id>', 'The probe with this id in the cache’s insertions.pqt.')
    .option(
      '--sorter <name>',
      'The spike sorter; "" is Kilosort 2.5 in the probe’s own folder. Default: iblsorter, else pykilosort, else what there is.',
    )
    .option(
      '--revision <name>',
      'Files of the newest revision that is not after this one, such as 2024-05-06. Default: the newest.',
    )
    .option('--namespace <name>', 'Take this curation where there is one, such as av.')
    .option('--good-units', 'Take the spikes of units that passed the quality tests (passingSpikes).');
}

/** A probe with what was loaded of it. */
export interface ChosenProbe extends FoundProbe {
  cache: OneCache;
  sorting: SpikeSorting;
}

/** Opens the cache and loads the sorting that the flags choose; warnings go to stderr. */
export async function loadChosen(
  folder: string,
  { sorter, revision, namespace, goodUnits, ...query }: ProbeOptions,
): Promise<ChosenProbe> {
  const cache = await openOneCache(folder);
  const found = await findProbe(cache, query, sorter);
  const signal = interruptSignal();
  const options = { sorter, revision, namespace, goodUnits, signal };
  const sorting = await loadSpikeSorting(cache, found.session, found.probe, options);
  for (const warning of sorting.warnings) console.error(`Warning: ${warning}`);
  return { ...found, cache, sorting };
}
