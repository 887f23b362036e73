import { DantError } from '../errors.js';
import type { Events } from './events.js';
import { unsorted } from './labels.js';
import type { CompleteImportOptions } from './options.js';
import type { PethMaker } from './peth.js';
import { planPeth } from './plan_peth.js';
import { isSameRate } from './recording.js';
import { sitesInAll, type Site } from './sites.js';
import type { SessionUnit, SortedSession } from './sorted_session.js';

/** What will be imported of a session. */
export interface PlannedSession {
  session: SortedSession;
  units: SessionUnit[];
  /** All units, by label */
  labels: Record<string, number>;
  /** Row in the session's sites of each shared site; −1: it is interpolated */
  indices: Int32Array;
  /** Of its waveforms, that which is the first of the data set's */
  firstSample: number;
  /** Those whose window is whole */
  events: Events | undefined;
}

export interface SortedPlan {
  sessions: PlannedSession[];
  sites: Site[];
  /** Of the waveforms */
  samples: number;
  /** Undefined: there are no events */
  maker: PethMaker | undefined;
  /** Of the histograms that came with the units; undefined: not all have one */
  givenBins: number | undefined;
}

/** A session whose units fire slower or faster in the median has times in another unit, Hz. */
const plausibleHz = [0.02, 300] as const;

/** Decides what is imported, before any waveform is read. Throws DANT_DATA. */
export function planSorted(
  sessions: readonly SortedSession[],
  options: CompleteImportOptions,
  warnings: string[],
): SortedPlan {
  sessions.forEach((session, s) => {
    warnings.push(...session.warnings.map((warning) => `Session ${s + 1}: ${warning}`));
    judgeRates(session, s, warnings);
  });
  refuseOtherRates(sessions);
  const { sites, indices } = sitesInAll(
    sessions.map((session, s) => ({ name: `Session ${s + 1}`, folder: session.folder, sites: session.sites })),
    options.maxMissing,
    warnings,
  );
  const { samples, first } = commonWindow(sessions, warnings);
  const planned = sessions.map((session, s): PlannedSession => {
    const { units, labels } = selectUnits(session, s, options, warnings);
    return { session, units, labels, indices: indices[s]!, firstSample: first[s]!, events: session.events };
  });
  const timed = planned.map(({ session, events }) => ({
    events,
    durationMs: 1000 * (session.endS ?? session.durationS),
  }));
  const maker = planPeth(timed, options, warnings);
  timed.forEach(({ events }, s) => (planned[s]!.events = events));
  return { sessions: planned, sites, samples, maker, givenBins: binsOf(planned) };
}

function binsOf(sessions: readonly PlannedSession[]): number | undefined {
  const lengths = new Set(sessions.flatMap(({ units }) => units.map(({ peth }) => peth?.length ?? 0)));
  const [bins] = lengths;
  if (lengths.size > 1) {
    throw new DantError(
      'DANT_DATA',
      `The PETHs of the units have different numbers of bins: ${[...lengths].join(', ')}. All need the same.`,
    );
  }
  return bins === 0 ? undefined : bins;
}

function judgeRates({ units, durationS, timesUnit }: SortedSession, s: number, warnings: string[]): void {
  const rates = units.map(({ spikes }) => spikes / durationS).sort((a, b) => a - b);
  const median = rates[Math.floor(rates.length / 2)];
  if (median === undefined || median === 0 || (median >= plausibleHz[0] && median <= plausibleHz[1])) return;
  warnings.push(
    `Session ${s + 1}: it lasts ${durationS.toPrecision(4)} s and half of its units fire with ${median < 1 ? 'less' : 'more'} than ` +
      `${median.toPrecision(2)} spikes per second. Are the spike times in another unit${timesUnit ? ` than ${timesUnit} (--times-unit ${timesUnit === 's' ? 'ms' : 's'})` : ''}?`,
  );
}

function refuseOtherRates(sessions: readonly SortedSession[]): void {
  const [first, ...others] = sessions.flatMap(({ sampleRateHz, folder }) =>
    sampleRateHz === undefined ? [] : [{ sampleRateHz, folder }],
  );
  const other = others.find(({ sampleRateHz }) => !isSameRate(sampleRateHz, first!.sampleRateHz));
  if (other === undefined) return;
  throw new DantError(
    'DANT_DATA',
    `The sampling rates differ: ${first!.sampleRateHz} Hz (${first!.folder}) and ${other.sampleRateHz} Hz (${other.folder}). ` +
      'Only sessions of one probe can be tracked together.',
  );
}

/** The samples around the spike that all sessions have, and the first of them in each. */
function commonWindow(sessions: readonly SortedSession[], warnings: string[]): { samples: number; first: number[] } {
  const windows = sessions.map(({ window }) => window);
  const { samples, trough } = windows[0]!;
  if (windows.every((window) => window.samples === samples && window.trough === trough)) {
    return { samples, first: windows.map(() => 0) };
  }
  const unknown = windows.findIndex((window) => window.trough === undefined);
  if (unknown >= 0) {
    throw new DantError(
      'DANT_DATA',
      `Session ${unknown + 1}: ${sessions[unknown]!.folder}: the waveforms have ${windows[unknown]!.samples} samples, those of others ` +
        `${windows.find((window) => window.samples !== windows[unknown]!.samples)?.samples ?? 'as many around another one'}, and where the spike is in them is not told.`,
    );
  }
  const before = Math.min(...windows.map((window) => window.trough!));
  const after = Math.min(...windows.map((window) => window.samples - window.trough!));
  warnings.push(
    `The sessions' waveforms have different windows; the ${before + after} samples that all have are taken, ${before} of them before the spike.`,
  );
  return { samples: before + after, first: windows.map((window) => window.trough! - before) };
}

/** Units with the labels that are wanted; all, where nobody judged any. */
function selectUnits(
  { units, durationS, folder, isSelection }: SortedSession,
  s: number,
  { labels: wantedLabels, minSpikes, minRateHz }: CompleteImportOptions,
  warnings: string[],
): { units: SessionUnit[]; labels: Record<string, number> } {
  const labels: Record<string, number> = {};
  for (const { label } of units) labels[label ?? unsorted] = (labels[label ?? unsorted] ?? 0) + 1;
  const wanted = new Set(wantedLabels.map((label) => label.toLowerCase()));
  const isUnjudged = units.every(({ label }) => label === undefined);
  const selected = units.filter(
    ({ label, spikes }) =>
      (isUnjudged || wanted.has(label ?? unsorted)) && spikes >= minSpikes && spikes / durationS >= minRateHz,
  );
  if (isUnjudged && !isSelection) {
    warnings.push(`Session ${s + 1}: no unit has a label such as good or mua; all are taken.`);
  }
  if (selected.length > 0) return { units: selected, labels };
  const found = Object.entries(labels).map(([label, count]) => `${count} ${label}`);
  throw new DantError(
    'DANT_DATA',
    `Session ${s + 1}: ${folder}: no unit is left. Found ${found.join(', ') || 'no units'}; asked for those that are ` +
      `${wantedLabels.join(' or ')} with at least ${minSpikes} spikes (--labels, --min-spikes).`,
  );
}
