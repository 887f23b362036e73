import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { checkSteering, requireObject, requireOptions, requireText } from '../arguments.js';
import { argumentError, DantError } from '../errors.js';
import { csvLine } from '../import/csv.js';
import { importSessions, type ImportControl, type ImportSummary } from '../import/import_sessions.js';
import type { ImportOptions, SessionSource } from '../import/options.js';
import { selectionOf } from './arguments.js';
import { requireResponses, requireSessions } from './session_arguments.js';
import type { Response } from './trial_kind.js';
import { probeMsAt } from '../experiment/sync_files.js';
import type { SessionData } from './session_data.js';
import { trialsOrNone } from './session_trials.js';
import type { UnitSelection } from './select_units.js';

export interface TrackingExport {
  selection?: UnitSelection | undefined;
  /** PETHs are made of them: a part of each row for each */
  responses?: readonly Response[] | undefined;
  /** Of the import: what is averaged, windows of the PETHs */
  import?: Omit<ImportOptions, 'labels' | 'labelTables' | 'events' | 'eventsUnit' | 'regionTable'> | undefined;
}

/** What selected clusters are called in a data folder. */
const selected = 'selected';

/**
 * Makes a data folder of the tracker of sessions of a mouse: mean waveforms of the units that are selected, their spike times, and PETHs from
 * the responses. `units.csv` says whose each unit is. The raw AP files are restored if they are archives. Rejects with DANT_DATA, DANT_OUTPUT.
 * @param output New or empty
 */
export async function exportTracking(
  sessions: readonly SessionData[],
  output: string,
  what: TrackingExport = {},
  control: ImportControl = {},
): Promise<ImportSummary> {
  requireSessions(sessions);
  requireText('output', output);
  const { responses = [], import: options = {}, ...given }: TrackingExport = requireOptions('what', what);
  const selection = selectionOf(given.selection);
  requireResponses(responses);
  requireObject('import', options);
  control = requireOptions('control', control);
  checkSteering(control);
  if (sessions.length === 0) throw argumentError('sessions', 'at least one session', sessions);
  const folder = await mkdtemp(join(tmpdir(), 'dant-export-'));
  const warnings: string[] = [];
  try {
    const sources: SessionSource[] = [];
    for (const [s, session] of sessions.entries()) {
      const { signal } = control;
      const recording = await session.rawFiles({ signal });
      const { ids } = await session.selectUnits(selection, { signal });
      if (ids.length === 0) {
        throw new DantError(
          'DANT_DATA',
          `${session.session.name}: no unit is selected. Choose others, or leave it out.`,
        );
      }
      const labelTable = join(folder, `units_${s}.csv`);
      const { units } = await session.readSorting();
      const labels = units.map(({ id }) => csvLine([id, ids.includes(id) ? selected : 'left out']));
      await writeFile(labelTable, ['cluster_id,label\n', ...labels].join(''));
      const events = responses.length === 0 ? undefined : join(folder, `events_${s}.csv`);
      const count = events === undefined ? 0 : await writeEvents(events, session, responses, warnings);
      sources.push({ folder: session.sorted, recording, labelTable, events: count > 0 ? events : undefined });
    }
    const summary = await importSessions(sources, output, { minSpikes: 1, ...options, labels: [selected] }, control);
    return { ...summary, warnings: [...warnings, ...summary.warnings] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Times of the events from the beginning of the recordings in sequence, on the probe's clock; returns how many there are. */
async function writeEvents(
  path: string,
  session: SessionData,
  responses: readonly Response[],
  warnings: string[],
): Promise<number> {
  const begins: number[] = [];
  let begin = 0;
  for (const { rows, rateHz } of session.recordings) {
    begins.push(begin);
    begin += (1000 * rows) / rateHz;
  }
  const lines: string[] = [];
  // A session without such trials has no PETH, but its units can be tracked.
  for (const { response, trials } of await trialsOrNone(session, responses, warnings)) {
    for (const { recording, eventMs } of trials) {
      const { startMs, clock } = session.recordings[recording]!;
      const probeMs = probeMsAt(eventMs, startMs!, clock);
      lines.push(csvLine([begins[recording]! + probeMs, response.name]));
    }
  }
  await writeFile(path, ['time_ms,event\n', ...lines].join(''));
  return lines.length;
}
