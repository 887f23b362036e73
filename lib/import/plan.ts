import { realpath } from 'node:fs/promises';

import { listed } from '../dataset/findings.js';
import { DantError } from '../errors.js';
import type { CompleteImportOptions, SessionSource } from './options.js';
import { planSession, type SessionPlan } from './plan_session.js';
import { sharedSites, type Site } from './sites.js';

/** What will be imported: the sessions, and the sites that they share. */
export interface ImportPlan {
  sessions: SessionPlan[];
  sites: Site[];
  /** Where the sites come from */
  geometry: 'recording' | 'sorter';
  /** Per session, the row in its channel map of each of the sites; −1: it is interpolated */
  channels: Int32Array[];
  warnings: string[];
}

/** Sampling rates that differ by less are those of one kind of device, each calibrated. */
const sameRate = 1e-3;

/** Reads everything but the waveforms, so that what is wrong is found before hours of work. Rejects with DANT_DATA. */
export async function planImport(
  sources: readonly SessionSource[],
  options: CompleteImportOptions,
  signal?: AbortSignal,
): Promise<ImportPlan> {
  const sessions: SessionPlan[] = [];
  const warnings: string[] = [];
  for (const [s, source] of sources.entries()) {
    try {
      const plan = await planSession(source, s + 1, options, signal);
      warnings.push(...plan.warnings.map((warning) => `Session ${s + 1}: ${warning}`));
      sessions.push(plan);
    } catch (error) {
      if (!(error instanceof DantError) || error.code !== 'DANT_DATA') throw error;
      throw new DantError('DANT_DATA', `Session ${s + 1}: ${error.message}`, { cause: error });
    }
  }
  await refuseTwice(sessions);
  refuseDifferent(sessions);

  const geometry = sessions.every(({ recording }) => recording.sites !== undefined) ? 'recording' : 'sorter';
  const sitesOf = ({ sorting, recording }: SessionPlan) =>
    geometry === 'recording' ? Array.from(sorting.channelMap, (column) => recording.sites![column]!) : sorting.sites;
  if (geometry === 'sorter') {
    const silent = sessions.flatMap(({ recording }, s) => (recording.sites === undefined ? [s + 1] : []));
    const { probe } = sessions[silent[0]! - 1]!.recording;
    warnings.push(
      `The recording of session ${listed(silent)} does not tell where its sites are${probe === undefined ? '' : ` (probe ${probe})`}; ` +
        'the positions are those of the sorters (channel_positions.npy). See that they are right.',
    );
  }
  const all = sessions.map(sitesOf);
  const { sites, indices } = sharedSites(all, options.maxMissing);
  if (sites.length === 0) {
    throw new DantError(
      'DANT_DATA',
      `No site was recorded in all ${sessions.length} sessions: ${sessions.map(({ folder }) => folder).join(', ')}. ` +
        'Import only sessions with the same sites.',
    );
  }
  all.forEach((list, s) => {
    const filled = indices[s]!.filter((index) => index < 0).length;
    const dropped = list.length - (sites.length - filled);
    if (dropped > 0) {
      warnings.push(
        `Session ${s + 1}: ${dropped} of ${list.length} channels are not in every session and were left out.`,
      );
    }
    if (filled > 0) {
      warnings.push(
        `Session ${s + 1}: ${filled} of ${sites.length} sites were not sorted; they are interpolated from those around them.`,
      );
    }
  });
  return { sessions, sites, geometry, channels: indices, warnings };
}

async function refuseTwice(sessions: readonly SessionPlan[]): Promise<void> {
  const seen = new Map<string, number>();
  for (const [s, { folder }] of sessions.entries()) {
    const path = await realpath(folder);
    const other = seen.get(path);
    if (other !== undefined) {
      throw new DantError('DANT_DATA', `Sessions ${other + 1} and ${s + 1} are the same folder: ${folder}.`);
    }
    seen.set(path, s);
  }
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
    if (Math.abs(recording.sampleRateHz / sampleRateHz - 1) > sameRate) {
      throw differ('sampling rates', `${sampleRateHz} Hz`, `${recording.sampleRateHz} Hz`);
    }
  }
}
