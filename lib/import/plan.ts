import { listed } from '../dataset/findings.js';
import { DantError } from '../errors.js';
import { GivenPaths } from './given_paths.js';
import type { CompleteImportOptions, SessionSource } from './options.js';
import type { PethMaker } from './peth.js';
import { planPeth } from './plan_peth.js';
import { planSessions, type SessionPlan } from './plan_session.js';
import { isSameRate } from './recording.js';
import { readRegions, regionsOfSites } from './regions.js';
import type { SiteRegions } from './write_datasets.js';
import { sitesInAll, type Site } from './sites.js';

/** What will be imported: the sessions, and the sites that they share. */
export interface ImportPlan {
  sessions: SessionPlan[];
  sites: Site[];
  /** Where the sites come from */
  geometry: 'recording' | 'sorter';
  /** Per session, the row in its channel map of each of the sites; −1: it is interpolated */
  channels: Int32Array[];
  /** Undefined: none were asked for */
  regions: SiteRegions | undefined;
  /** Undefined: no events were given */
  peth: PethMaker | undefined;
  warnings: string[];
}

/**
 * Reads everything but the waveforms, so that what is wrong is found before hours of work. Rejects with DANT_DATA.
 * @param probe Name of the probe, if there are several
 */
export async function planImport(
  sources: readonly SessionSource[],
  options: CompleteImportOptions,
  { probe, signal }: { probe?: string | undefined; signal?: AbortSignal | undefined } = {},
): Promise<ImportPlan> {
  const sessions: SessionPlan[] = [];
  const warnings: string[] = [];
  const folders = new GivenPaths('Sessions', 'folder');
  for (const source of sources) {
    const s = sessions.length;
    try {
      const plans = await planSessions(source, s + 1, options, signal);
      for (const [i, plan] of plans.entries()) {
        warnings.push(...plan.warnings.map((warning) => `Session ${s + i + 1}: ${warning}`));
      }
      await folders.add(plans[0]!.folder, s + 1);
      sessions.push(...plans);
    } catch (error) {
      if (!(error instanceof DantError) || error.code !== 'DANT_DATA' || /^Sessions? \d/.test(error.message))
        throw error;
      throw new DantError('DANT_DATA', `Session ${s + 1}: ${error.message}`, { cause: error });
    }
  }
  refuseDifferent(sessions);

  const geometry = sessions.every(({ recording }) => recording.sites !== undefined) ? 'recording' : 'sorter';
  const sitesOf = ({ sorting, recording }: SessionPlan) =>
    geometry === 'recording' ? Array.from(sorting.channelMap, (column) => recording.sites![column]!) : sorting.sites;
  const silent = sessions.flatMap(({ recording }, s) => (recording.sites === undefined ? [s + 1] : []));
  if (silent.length > 0 && silent.length < sessions.length) {
    warnings.push(
      `The recording of session ${listed(silent)} does not tell where its sites are; the positions of all sessions are those of ` +
        'the sorters (channel_positions.npy). See that they are right.',
    );
  }
  const without = sessions.flatMap(({ templates }, s) => (templates ? [s + 1] : []));
  if (without.length > 0 && without.length < sessions.length) {
    warnings.push(
      `The waveforms of session ${listed(without)} are templates, those of the others means of the recording; the two differ, which matches neurons worse.`,
    );
  }
  const { sites, indices } = sitesInAll(
    sessions.map((plan, s) => ({ name: `Session ${s + 1}`, folder: plan.folder, sites: sitesOf(plan) })),
    options.maxMissing,
    warnings,
  );
  const table = options.regionTable === '' ? undefined : await readRegions(options.regionTable);
  const columns = sites.map((_, i) =>
    sessions.flatMap(({ sorting }, s) => (indices[s]![i]! < 0 ? [] : [sorting.channelMap[indices[s]![i]!]!])),
  );
  return {
    sessions,
    sites,
    geometry,
    channels: indices,
    regions: table && { path: table.path, ofSites: regionsOfSites(table, sites, columns, probe) },
    peth: planSessionPeth(sessions, options, warnings),
    warnings,
  };
}

/** Of the sessions' events, which keep those that can be used. */
function planSessionPeth(
  sessions: readonly SessionPlan[],
  options: CompleteImportOptions,
  warnings: string[],
): PethMaker | undefined {
  const timed = sessions.map(({ events, recording }) => ({
    events,
    durationMs: (1000 * recording.rows) / recording.sampleRateHz,
  }));
  const maker = planPeth(timed, options, warnings);
  timed.forEach(({ events }, s) => (sessions[s]!.events = events));
  return maker;
}

function refuseDifferent(sessions: readonly SessionPlan[]): void {
  const [first] = sessions as [SessionPlan];
  for (const [s, { recording }] of sessions.entries()) {
    const differ = (what: string, a: unknown, b: unknown) =>
      new DantError(
        'DANT_DATA',
        `Sessions 1 and ${s + 1} have different ${what}: ${String(a)} (${first.folder}) and ${String(b)} (${sessions[s]!.folder}). ` +
          'Only sessions of one probe can be tracked together.',
      );
    const { probe, serialNumber, sampleRateHz } = first.recording;
    if (probe !== undefined && recording.probe !== undefined && probe !== recording.probe) {
      throw differ('probes', probe, recording.probe);
    }
    if (serialNumber !== undefined && recording.serialNumber !== undefined && serialNumber !== recording.serialNumber) {
      throw differ('probes (serial numbers)', serialNumber, recording.serialNumber);
    }
    if (!isSameRate(recording.sampleRateHz, sampleRateHz)) {
      throw differ('sampling rates', `${sampleRateHz} Hz`, `${recording.sampleRateHz} Hz`);
    }
  }
}
