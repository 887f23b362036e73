import { Command } from 'commander';

import {
  unitWaveformMetrics,
  writeWaveformMetrics,
  type UnitWaveformMetrics,
} from '../alignment/unit_waveform_metrics.js';
import { DantError } from '../errors.js';
import { count } from './count.js';
import { interruptSignal } from './interrupt.js';
import { addSessionFlags, openSessions, selectionOf, type SessionFlags } from './pixels_sessions.js';

/** `dant pixels units`: a table of the units of all sessions. */
export function pixelsUnitsCommand(): Command {
  const command = new Command('units')
    .description('Spike widths and waveform metrics of the units of all sessions, as one table.')
    .argument('<data>', 'the folder of the experiment')
    .requiredOption('-o, --output <file>', 'The table to write: .csv, .h5 (pandas) or .npz.');
  return addSessionFlags(command).action(async (data: string, flags: SessionFlags & { output: string }) => {
    const signal = interruptSignal();
    const units: UnitWaveformMetrics[] = [];
    const problems: string[] = [];
    for (const session of await openSessions(data, flags)) {
      try {
        const { ids } = await session.selectUnits(selectionOf(flags), { signal });
        const own = await unitWaveformMetrics(session, ids, { signal });
        units.push(...own);
        console.log(`${session.session.name}: ${count(own.length, 'unit')}`);
        for (const { unit, problem } of own) {
          if (problem !== undefined) {
            console.error(`Warning: ${session.session.name}: unit ${unit} has no waveform metrics: ${problem}.`);
          }
        }
      } catch (error) {
        if (!(error instanceof DantError) || error.code !== 'DANT_DATA') throw error;
        problems.push(error.message);
      }
    }
    if (units.length === 0) {
      throw new DantError('DANT_DATA', [`${data}: there is no unit in any session.`, ...problems].join('\n  '));
    }
    for (const problem of problems) console.error(`Warning: ${problem}`);
    await writeWaveformMetrics(flags.output, units);
    console.log(`Wrote ${count(units.length, 'unit')} to ${flags.output}.`);
  });
}
