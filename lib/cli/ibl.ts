import { Command } from 'commander';

import { arrayOf, numbersOf } from '../import/ibl/alf_object.js';
import { mergeClusters } from '../import/ibl/merge_clusters.js';
import { findSessions, openOneCache, sessionName, type SessionQuery } from '../import/ibl/one_cache.js';
import { probesOf, revisionsOf, sessionFiles } from '../import/ibl/session_files.js';
import { Group } from './group.js';
import { figureCommands } from './ibl_figures.js';
import { addProbeOptions, addSessionOptions, loadChosen, type ProbeOptions } from './ibl_probe.js';

/** `dant ibl`: looks into a ONE cache of the International Brain Laboratory. */
export function iblCommand(): Command {
  const group = new Group('ibl').description('Look into a local ONE cache of the International Brain Laboratory.');
  for (const command of [listCommand(), showCommand(), ...figureCommands()]) group.addCommand(command);
  return group;
}

function listCommand(): Command {
  return addSessionOptions(new Command('list'))
    .description('List sessions with their probes, spike sorters and revisions.')
    .action(async (folder: string, query: SessionQuery) => {
      const cache = await openOneCache(folder);
      for (const session of findSessions(cache, query)) {
        const files = await sessionFiles(cache, session);
        console.log([session.subject, sessionName(session), session.eid].filter(Boolean).join('  '));
        const probes = probesOf(files);
        if (probes.length === 0) console.log('  no sorted spikes');
        for (const { collections } of probes) {
          for (const collection of collections) {
            const revisions = revisionsOf(files, collection).filter((revision) => revision !== '');
            console.log(`  ${[collection, ...revisions.map((revision) => `#${revision}#`)].join('  ')}`);
          }
        }
      }
    });
}

function showCommand(): Command {
  return addProbeOptions(new Command('show'))
    .description('Load the sorted spikes of a probe and show its clusters with their quality and brain regions.')
    .option('--json', 'Print the merged clusters as JSON, one list for each attribute.')
    .action(async (folder: string, { json = false, ...options }: ProbeOptions & { json?: boolean }) => {
      const { session, probe, pid, sorting } = await loadChosen(folder, options);
      const merged = mergeClusters(sorting);
      if (json) {
        const lists = Object.entries(merged).map(([key, { data, shape }]) => [
          key,
          nested(Array.from(data as ArrayLike<unknown>), shape),
        ]);
        console.log(JSON.stringify(Object.fromEntries(lists)));
        return;
      }
      const spikes = numbersOf(sorting.spikes, 'clusters')?.length ?? 0;
      console.log(`${session.subject}  ${sessionName(session)}  ${[probe, pid].filter(Boolean).join('  ')}`);
      console.log(`  ${sorting.collection}, brain locations: ${sorting.histology ?? 'none'}`);
      console.log(`  ${spikes} spikes, ${numbersOf(sorting.clusters, 'channels')!.length} clusters`);
      for (const paths of Object.values(sorting.files)) for (const path of paths) console.log(`    ${path}`);
      console.log(['cluster', 'spikes', 'Hz', 'channel', 'depth µm', 'label', 'region'].map(cell).join(''));
      const column = (key: string) => arrayOf(merged, key)?.data;
      const number = (key: string, row: number, digits: number) => {
        const value = column(key)?.[row];
        return typeof value === 'number' && !Number.isNaN(value) ? value.toFixed(digits) : '–';
      };
      numbersOf(merged, 'channels')!.forEach((channel, row) => {
        console.log(
          [
            String(row),
            number('spike_count', row, 0),
            number('firing_rate', row, 2),
            String(channel),
            number('depths', row, 0),
            number('label', row, 2),
            column('acronym')?.[row] ?? '–',
          ]
            .map((text) => cell(String(text)))
            .join(''),
        );
      });
    });
}

const cell = (text: string) => text.padStart(10);

/** Values as lists in lists of these lengths. */
function nested(values: unknown[], [length, ...shape]: readonly number[]): unknown[] {
  if (length === undefined || shape.length === 0) return values;
  const size = values.length / length;
  return Array.from({ length }, (_, i) => nested(values.slice(i * size, (i + 1) * size), shape));
}
