import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { fileError } from '../files/file_error.js';
import { writeFigure } from '../report/write_figure.js';
import { defaultBehaviourRateHz } from '../processing/behaviour.js';
import { openEphys } from '../processing/ephys_file.js';
import { fitClock } from '../sync/clock_map.js';
import { statesPerMs, type DigitalSignal } from '../sync/digital_signal.js';
import { findSyncLag, type SyncLag } from '../sync/find_lag.js';
import { readProbeSync, readTdmsSync, type SyncReadControl } from '../sync/read_sync.js';
import { syncFigure } from '../sync/sync_figure.js';
import { TdmsFile } from '../tdms/tdms_file.js';
import { ephysPaths, lfpBand } from './ephys_paths.js';
import { pathOf, type Session, type SessionRecording } from './session.js';
import { writeLag, writeSync } from './sync_files.js';

/** The group of the behaviour file with the sync signal, in the original */
const syncGroup = 'NpxlSync_Signal';

export interface SyncedRecording {
  lag: SyncLag;
  lagEndMs: number;
  figure: string;
  warnings: string[];
}

/** Below this the figure should be looked at, % */
const leastMatch = 95;
/** Share of the probe's changes that the behaviour must have, and how many changes are enough to tell */
const leastMatched = 0.5;
const enoughChanges = 8;
/** Beyond this the lag alone is not enough, ms over the recording and µs from the line */
const mostDriftMs = 5;
const mostResidualUs = 2000;

/**
 * Finds the lag between a recording and its behaviour, whose files must be restored; writes `lag.json`, `sync.json` and `sync_N.png`.
 * @throws DANT_DATA if it cannot be told; the figure is written all the same.
 */
export async function syncRecording(
  session: Session,
  recording: SessionRecording,
  group = syncGroup,
  { signal, onProgress }: SyncReadControl = {},
): Promise<SyncedRecording> {
  const { index } = recording;
  const part = (from: number) => (share: number) => onProgress?.(from + 0.45 * share);
  const behaviour = await behaviourSync(session, recording, group, { signal, onProgress: part(0) });
  const band = lfpBand(recording);
  const file = await openEphys(ephysPaths(session, recording, band), band);
  let probe: DigitalSignal;
  try {
    probe = await readProbeSync(file, { signal, onProgress: part(0.45) });
  } finally {
    await file.close();
  }
  const [a, b] = [statesPerMs(behaviour), statesPerMs(probe)];
  const lag = findSyncLag(a, b);
  const clock = lag.undetermined === undefined ? fitClock(behaviour, probe, lag.lagMs) : undefined;
  // In short recordings chance can make a good match; then the changes do not go on to match.
  const isChance = clock ? clock.matched < leastMatched : probe.changes.length >= enoughChanges;
  if (lag.undetermined === undefined && isChance) lag.undetermined = 'unrelated';
  await mkdir(session.processed, { recursive: true });
  const figure = freeName(session.processed, index);
  await writeFigure(figure, syncFigure(`${session.name}, recording ${index}`, a, b, lag, clock));
  if (lag.undetermined !== undefined) {
    throw fileError(file.path, `${whyUndetermined(lag, behaviour, probe)} ${remedy(session, index, figure)}`);
  }
  const lagEndMs = a.length - (lag.lagMs + b.length);
  await writeSync(session.processed, index, { lagMs: lag.lagMs, matchPercent: lag.matchPercent, clock });
  await writeLag(session.processed, session.recordings.length, index, { lag_start: lag.lagMs, lag_end: lagEndMs });
  const warnings: string[] = [];
  if (lag.matchPercent < leastMatch) {
    warnings.push(`the sync signals match by ${lag.matchPercent.toFixed(1)} % only: look at ${figure}.`);
  }
  if (!clock) warnings.push('too few changes of the sync signals match for a map of the clocks.');
  else {
    const driftMs = Math.abs(clock.driftPpm) * 1e-3 * (probe.samples / probe.rateHz);
    if (driftMs > mostDriftMs) {
      warnings.push(
        `the clocks drift ${driftMs.toFixed(1)} ms apart over the recording: align with the clock map (--clock map), not with the lag alone.`,
      );
    }
    if (clock.residualUs.max > mostResidualUs) {
      warnings.push(
        `the clocks do not run evenly (${(clock.residualUs.max / 1000).toFixed(1)} ms): look at ${figure}.`,
      );
    }
  }
  return { lag, lagEndMs, figure, warnings };
}

async function behaviourSync(
  session: Session,
  { behaviour, index }: SessionRecording,
  group: string,
  control: SyncReadControl,
): Promise<DigitalSignal> {
  const path = pathOf(behaviour);
  if (path === undefined) throw fileError(session.raw, `recording ${index} has no behaviour file to synchronise with.`);
  const tdms = await TdmsFile.open(path);
  try {
    const channel = tdms.firstOf(group);
    if (!channel) {
      const groups = tdms.groups.join(', ') || 'none';
      throw fileError(path, `expected the sync signal in a group "${group}" but there are the groups ${groups}.`);
    }
    return await readTdmsSync(path, channel, defaultBehaviourRateHz, control);
  } finally {
    await tdms.close();
  }
}

function whyUndetermined(
  { undetermined, lagMs, matchPercent, next }: SyncLag,
  a: DigitalSignal,
  b: DigitalSignal,
): string {
  if (undetermined === 'flat') {
    const flat = [a.changes.length === 0 ? 'behaviour' : '', b.changes.length === 0 ? 'probe' : ''].filter(Boolean);
    return `the lag cannot be told: the sync signal of the ${flat.join(' and of the ')} never changes. Was its cable in place?`;
  }
  const best = `${lagMs} ms (match ${matchPercent.toFixed(1)} %)`;
  if (undetermined === 'ambiguous') {
    return `the lag cannot be told: ${best} is the best but ${next!.lagMs} ms is as good, as the sync signal repeats itself. Use random pulses.`;
  }
  return (
    `the lag cannot be told: no part of the sync signals is alike; ${best} is the best. Are the files of one session, and ` +
    'did they record at the same time?'
  );
}

const remedy = (session: Session, index: number, figure: string) =>
  `See ${figure}. If you know the lag, write it into ${join(session.processed, 'lag.json')} (entry ${index + 1}: {"lag_start": ms, "lag_end": ms}).`;

/** `sync_N.png`, or with the time if there is one already. */
function freeName(folder: string, index: number): string {
  const plain = join(folder, `sync_${index}.png`);
  if (!existsSync(plain)) return plain;
  const [day, time] = new Date().toISOString().slice(2, 19).replaceAll(/[-:]/g, '').split('T');
  for (let k = 0; ; k++) {
    const path = join(folder, `sync_${index}_${day}-${time}${k === 0 ? '' : `-${k}`}.png`);
    if (!existsSync(path)) return path;
  }
}
