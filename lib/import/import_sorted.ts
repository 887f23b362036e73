import { checkSteering, requireOptions, requireText } from '../arguments.js';
import { abortError, DantError } from '../errors.js';
import { makeNewFolder } from '../files/new_folder.js';
import type { ImportControl, ImportedDataSet, ImportSummary } from './import_sessions.js';
import { GivenPaths } from './given_paths.js';
import { unsorted } from './labels.js';
import { completeImportOptions, type CompleteImportOptions, type ImportOptions } from './options.js';
import { shareEvents } from './peth.js';
import { placeSparse } from './place_sparse.js';
import { planSorted, type SortedPlan } from './plan_sorted.js';
import { interpolation } from './sites.js';
import type { SessionUnit, SortedSession } from './sorted_session.js';
import { DatasetWriter, type DatasetOutline, type ImportedUnit } from './write_dataset.js';

/** Files or folders of one form, in order of time. */
export interface SortedSources {
  paths: readonly string[];
  /** The sessions of one; `k`: its place in `paths` */
  read(path: string, k: number, signal: AbortSignal | undefined): Promise<SortedSession[]>;
}

/**
 * Makes a data folder of the tracker from sessions whose units have mean waveforms already, in order of time. The waveforms keep their
 * samples; sites that a unit was not measured at are interpolated where they are at most the share `maxMissing` of all, else zero.
 * @param output New or empty; appears whole or not at all.
 * @param source What import.json says about how it was asked for, besides the options
 * @throws DANT_DATA if something is missing or contradicts something else; DANT_OUTPUT, DANT_ARGUMENT.
 */
export async function importSorted(
  sources: SortedSources,
  output: string,
  more: ImportOptions,
  source: object,
  steering?: ImportControl,
): Promise<ImportSummary> {
  requireText('output', output);
  const control: ImportControl = requireOptions('control', steering);
  checkSteering(control);
  const options = completeImportOptions(more);
  let dataSet: Omit<ImportedDataSet, 'folder'> | undefined;
  const warnings: string[] = [];
  await makeNewFolder(output, async (folder) => {
    const sessions: SortedSession[] = [];
    try {
      const given = new GivenPaths('Paths', 'file or folder');
      for (const [k, path] of sources.paths.entries()) await given.add(path, k + 1);
      for (const [k, path] of sources.paths.entries()) sessions.push(...(await sources.read(path, k, control.signal)));
      const plan = planSorted(sessions, options, warnings);
      dataSet = await writeSorted(folder, plan, options, source, warnings, control);
    } finally {
      for (const session of sessions) await session.close?.();
    }
  });
  const { units, unitsPerSession, channels } = dataSet!;
  return { units, unitsPerSession, channels, warnings, dataSets: [{ ...dataSet!, folder: output }] };
}

async function writeSorted(
  folder: string,
  plan: SortedPlan,
  options: CompleteImportOptions,
  source: object,
  warnings: string[],
  { signal, onProgress }: ImportControl,
): Promise<Omit<ImportedDataSet, 'folder'> | undefined> {
  const writer = await DatasetWriter.create(folder, outlineOf(plan, { ...source, ...options }, warnings));
  const all = plan.sessions.reduce((sum, { units }) => sum + units.length, 0);
  let done = 0;
  // A unit is written while the next one is read.
  let writing = Promise.resolve();
  try {
    for (const [s, { units, indices }] of plan.sessions.entries()) {
      const left = new LeftOut(s);
      const missing = interpolation(plan.sites, indices);
      for (const unit of units) {
        if (signal?.aborted) throw abortError(signal);
        const placed = await importUnit(unit, plan, s, missing, options, left);
        await writing;
        if (placed && placed.amplitudeUv >= options.minAmplitudeUv) {
          writing = writer.add(s, [placed]);
          // It is waited for later; until then it must not count as unheard.
          writing.catch(() => undefined);
        }
        onProgress?.({ session: s + 1, sessions: plan.sessions.length, fraction: ++done / all });
      }
      left.judge(plan.sessions[s]!.session, units.length, warnings);
    }
    await writing;
    return await writer.finish();
  } finally {
    await writing.catch(() => undefined);
    await writer.close();
  }
}

function outlineOf(plan: SortedPlan, options: DatasetOutline['options'], warnings: string[]): DatasetOutline {
  const { maker, givenBins } = plan;
  return {
    sites: plan.sites,
    geometry: 'sorter',
    warnings,
    options,
    samples: plan.samples,
    peth: maker
      ? {
          types: maker.types,
          bins: maker.bins,
          length: maker.length,
          isShared: shareEvents(plan.sessions.map(({ events }) => events)),
        }
      : givenBins === undefined
        ? undefined
        : { types: ['PETH'], bins: givenBins, length: givenBins, isShared: true },
    sessions: plan.sessions.map(({ session, labels, events }) => ({
      folder: session.folder,
      date: session.date,
      durationS: session.durationS,
      record: {
        ...session.record,
        durationS: session.durationS,
        sampleRateHz: session.sampleRateHz ?? null,
        sortedChannels: session.sites.length,
        clustersByLabel: labels,
        events: Object.fromEntries([...(events ?? [])].map(([type, times]) => [type, times.length])),
      },
    })),
  };
}

/** The unit at the shared sites. Undefined: it is left out. */
async function importUnit(
  unit: SessionUnit,
  plan: SortedPlan,
  s: number,
  missing: ReturnType<typeof interpolation>,
  options: CompleteImportOptions,
  left: LeftOut,
): Promise<ImportedUnit | undefined> {
  const { session, indices, firstSample, events } = plan.sessions[s]!;
  const own = await unit.waveform();
  const placed =
    own &&
    placeSparse(
      own,
      { channels: session.sites.length, samples: session.window.samples, first: firstSample, taken: plan.samples },
      { sites: plan.sites, indices, missing, maxMissing: options.maxMissing },
    );
  if (placed === undefined || placed.measured < 2 || !(placed.amplitudeUv > 0)) {
    left.add(
      placed === undefined || placed.measured === 0
        ? 'have no waveform'
        : placed.measured === 1
          ? 'have a waveform on one channel only, which does not say where they are'
          : 'have a flat waveform',
      unit,
    );
    return undefined;
  }
  left.sees(placed.measured);
  const timesMs = await unit.timesMs();
  if (!isAscending(timesMs)) timesMs.sort();
  const { waveform, peakChannel, amplitudeUv } = placed;
  return {
    id: unit.id,
    name: unit.name,
    label: unit.label ?? unsorted,
    timesMs,
    waveform,
    peakChannel,
    amplitudeUv,
    averaged: unit.averaged,
    peth: plan.maker ? plan.maker.row(timesMs, events ?? new Map<string, Float64Array>()) : unit.peth,
  };
}

function isAscending(values: Float64Array): boolean {
  for (let i = 1; i < values.length; i++) if (values[i]! < values[i - 1]!) return false;
  return true;
}

/** Units of a session that cannot be imported, and why. */
class LeftOut {
  private readonly reasons = new Map<string, (number | string)[]>();
  private fewest = Infinity;
  private most = 0;

  constructor(private readonly s: number) {}

  add(reason: string, { id, name }: SessionUnit): void {
    this.reasons.set(reason, [...(this.reasons.get(reason) ?? []), name ?? id]);
  }

  /** Of how many channels a waveform is */
  sees(measured: number): void {
    this.fewest = Math.min(this.fewest, measured);
    this.most = Math.max(this.most, measured);
  }

  /** Warns; throws DANT_DATA if not one unit is left. */
  judge({ folder, sites }: SortedSession, units: number, warnings: string[]): void {
    const lost = [...this.reasons.values()].reduce((sum, ids) => sum + ids.length, 0);
    const text = [...this.reasons].map(([reason, ids]) => `${ids.length} of ${units} ${reason} (${listedIds(ids)})`);
    if (lost === units) {
      throw new DantError('DANT_DATA', `Session ${this.s + 1}: ${folder}: no unit can be used: ${text.join('; ')}.`);
    }
    for (const line of text) warnings.push(`Session ${this.s + 1}: of the units, ${line}; they were left out.`);
    if (this.fewest < sites.length) {
      const range = this.fewest === this.most ? `${this.most}` : `${this.fewest} to ${this.most}`;
      warnings.push(
        `Session ${this.s + 1}: the waveforms are of ${range} of ${sites.length} channels; ` +
          'at the others they were not measured, and are interpolated if these are few, else zero.',
      );
    }
  }
}

const listedIds = (ids: readonly (number | string)[]) =>
  ids.length > 6 ? `${ids.slice(0, 5).join(', ')} and ${ids.length - 5} more` : ids.join(', ');
