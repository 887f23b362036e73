import { allowText, checkSteering, requireObject, requireOptions, requireText } from '../../arguments.js';
import { DantError } from '../../errors.js';
import { fileError } from '../../files/file_error.js';
import { makeNewFolder } from '../../files/new_folder.js';
import type { RunOptions } from '../../native/run.js';
import type { ImportControl, ImportSummary } from '../import_sessions.js';
import { completeImportOptions, type CompleteImportOptions, type ImportOptions } from '../options.js';
import { placeWaveform } from '../place_waveform.js';
import { interpolation, sitesInAll } from '../sites.js';
import { DatasetWriter, type DatasetOutline, type ImportedUnit } from '../write_dataset.js';
import { checkSortingOptions } from './arguments.js';
import { findSessions, list, openOneCache, sessionName, type OneCache, type OneSession } from './one_cache.js';
import { planIblSession, type IblChoice, type IblSessionPlan } from './plan_session.js';
import { rawWaveforms } from './raw_waveforms.js';
import { probesOf, sessionFiles } from './session_files.js';

export interface IblImportOptions extends ImportOptions, IblChoice {
  subject: string;
  /** "probe00"; default: the only one that the subject has */
  probe?: string | undefined;
}

/**
 * Makes a data folder of the tracker from all sessions of a subject in a ONE cache, in order of time: mean waveforms from
 * `waveforms.templates`, else from the raw recording, and otherwise as `importSessions`. Units that pass all quality tests are `good`, others
 * are labelled by the tests that they pass, "2/3" and so on. Sessions that hold nothing to import are left out with a warning.
 * @param cache Folder of a ONE cache
 * @param output New or empty; appears whole or not at all.
 * @throws DANT_DATA if no session is left, or something contradicts something else; DANT_OUTPUT, DANT_ARGUMENT.
 */
export async function importIbl(
  cache: string,
  options: IblImportOptions,
  output: string,
  control?: ImportControl,
): Promise<ImportSummary> {
  requireText('cache', cache);
  requireText('output', output);
  const { subject, probe, sorter, revision, namespace, ...more } = requireObject('options', options);
  requireText('subject', subject);
  allowText('probe', probe);
  checkSortingOptions({ sorter, revision, namespace });
  const { onProgress, ...run }: ImportControl = requireOptions('control', control);
  checkSteering({ ...run, onProgress });
  const complete = completeImportOptions(more);
  const choice = { sorter, revision, namespace };
  let summary: ImportSummary | undefined;
  await makeNewFolder(output, async (folder) => {
    const one = await openOneCache(cache);
    const sessions = findSessions(one, { subject });
    const name = probe ?? (await onlyProbe(one, sessions));
    const warnings: string[] = [];
    const plans = await planSessions(one, sessions, name, choice, complete, warnings, run.signal);
    const { sites, indices } = sitesInAll(
      plans.map((plan) => ({ name: plan.folder, folder: plan.folder, sites: plan.sites })),
      complete.maxMissing,
      warnings,
    );
    const outline: DatasetOutline = {
      sites,
      geometry: 'sorter',
      warnings,
      options: { subject, probe: name, ...choice, ...complete } as DatasetOutline['options'],
      sessions: plans.map((plan) => ({
        folder: plan.folder,
        date: plan.sorting.session.date,
        durationS: plan.durationS,
        record: recordOf(plan),
      })),
    };
    const writer = await DatasetWriter.create(folder, outline);
    try {
      for (const [s, plan] of plans.entries()) {
        const units = await sessionUnits(plan, s, indices[s]!, interpolation(sites, indices[s]!), complete, {
          ...run,
          onProgress: (share) =>
            onProgress?.({ session: s + 1, sessions: plans.length, fraction: (s + share) / plans.length }),
        });
        const missing = plan.clusters.length - units.length;
        if (missing > 0) warnings.push(`${plan.folder}: ${missing} units have no waveform and were left out.`);
        await writer.add(
          s,
          units.filter(({ amplitudeUv }) => amplitudeUv >= complete.minAmplitudeUv),
        );
        onProgress?.({ session: s + 1, sessions: plans.length, fraction: (s + 1) / plans.length });
      }
      const made = (await writer.finish())!; // it has units: `planSessions` sees to that
      summary = { ...made, warnings, dataSets: [{ ...made, folder: output }] };
    } finally {
      await writer.close();
    }
  });
  return summary!;
}

/** The probe that all sessions have been sorted of. */
async function onlyProbe(cache: OneCache, sessions: readonly OneSession[]): Promise<string> {
  const counts = new Map<string, number>();
  for (const session of sessions) {
    for (const { name } of probesOf(await sessionFiles(cache, session))) counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  const [first, ...others] = counts.keys();
  if (first === undefined) throw fileError(cache.folder, 'there are no sorted spikes in alf/<probe>/ of any session.');
  if (others.length === 0) return first;
  throw fileError(
    cache.folder,
    `there is more than one probe: ${[...counts].map(([name, count]) => `${name} in ${count} sessions`).join(', ')}. Say which one with --probe.`,
  );
}

async function planSessions(
  cache: OneCache,
  sessions: readonly OneSession[],
  probe: string,
  choice: IblChoice,
  options: CompleteImportOptions,
  warnings: string[],
  signal: AbortSignal | undefined,
): Promise<IblSessionPlan[]> {
  const plans: IblSessionPlan[] = [];
  const left: string[] = [];
  for (const session of sessions) {
    const plan = await planIblSession(cache, session, probe, choice, options, signal);
    if (typeof plan === 'string') left.push(`${sessionName(session)}: ${plan}`);
    else {
      plans.push(plan);
      warnings.push(...plan.warnings);
    }
  }
  if (plans.length === 0) {
    throw new DantError('DANT_DATA', `${cache.folder}: nothing can be imported of ${probe}. ${list(left)}.`);
  }
  warnings.push(...left.map((reason) => `Left out ${reason}.`));
  return plans;
}

/** What import.json says about a session. */
function recordOf({ sorting, waveforms, recording, columns, labels }: IblSessionPlan): object {
  const { session, collection, histology, files } = sorting;
  return {
    subject: session.subject,
    date: session.date,
    number: session.number,
    eid: session.eid ?? null,
    collection,
    histology: histology ?? null,
    files,
    waveforms: waveforms?.from ?? recording!.files,
    sortedChannels: columns.length,
    clustersByLabel: labels,
  };
}

async function sessionUnits(
  { clusters, columns, waveforms, recording }: IblSessionPlan,
  s: number,
  indices: Int32Array,
  missing: ReturnType<typeof interpolation>,
  { spikesPerUnit, seed }: CompleteImportOptions,
  run: RunOptions,
): Promise<ImportedUnit[]> {
  const source =
    waveforms ??
    (await rawWaveforms(
      recording!,
      columns,
      clusters.map(({ cluster, samples }) => ({ cluster, samples: samples! })),
      { spikesPerUnit, seed: [seed, s + 1] },
      run,
    ));
  return clusters.flatMap(({ cluster, label, timesMs }) => {
    const own = source.of(cluster);
    if (own === undefined) return [];
    return { id: cluster, label, timesMs, averaged: own.averaged, ...placeWaveform(own.waveform, indices, missing) };
  });
}
