import { Command, Option } from 'commander';

import { alignedKinds, alignTrials, type AlignedKind } from '../alignment/align_trials.js';
import { exportTracking } from '../alignment/export_tracking.js';
import { parseResponse } from '../alignment/trial_kind.js';
import { loadTask } from '../experiment/task.js';
import { withBar } from './import_bar.js';
import { interruptSignal } from './interrupt.js';
import {
  addSessionFlags,
  numberFlag,
  openSessions,
  openSessionsOfMouse,
  repeatedSessionFlags,
  responseFlag,
  responsesOf,
  selectionOf,
  type SessionFlags,
} from './pixels_sessions.js';
import { quoted } from './quoted.js';

interface AlignFlags extends SessionFlags {
  action: string;
  event: string;
  data: string;
  sigma?: number;
  duration?: number;
  project?: string;
  output: string;
}

/** `dant pixels align`: one table of data around events. */
export function pixelsAlignCommand(): Command {
  const command = new Command('align')
    .description('Spikes, firing rates, behaviour, LFP or motion around events, as one table.')
    .argument('<data>', 'the folder of the experiment')
    .requiredOption('--action <names>', 'Actions, by name or as bits; several joined by +.')
    .requiredOption('--event <names>', 'The event that trials are aligned to: the first at or after an action.')
    .addOption(
      new Option('--data <kind>', 'What is aligned.')
        .choices(alignedKinds.map((kind) => kind.replaceAll('_', '-')))
        .default('spike-rate'),
    )
    .addOption(numberFlag('--sigma <ms>', 'Of rates: standard deviation of the Gaussian. Default: 50.'))
    .addOption(numberFlag('--duration <s>', 'Window around the event, which is in its middle. Default: 1.'))
    .option('--project <name>', 'Of motion tracking: the project of DeepLabCut.')
    .requiredOption('-o, --output <file>', 'The table to write: .h5 (pandas), .npz or .csv.');
  return addSessionFlags(command).action(async (data: string, flags: AlignFlags) => {
    const signal = interruptSignal();
    const kind = flags.data.replaceAll('-', '_') as AlignedKind;
    const response = parseResponse(`${flags.action}@${flags.event}`, await loadTask(flags.task));
    const sessions = await openSessions(data, flags);
    const isOfUnits = kind === 'spike_times' || kind === 'spike_rate';
    const units = isOfUnits
      ? await Promise.all(sessions.map(async (session) => idsOrNone(session, flags, signal)))
      : undefined;
    const { table, warnings } = await alignTrials(
      sessions,
      { ...response, data: kind, units, sigmaMs: flags.sigma, durationS: flags.duration, project: flags.project },
      { signal },
    );
    for (const warning of warnings) console.error(`Warning: ${warning}`);
    await table.write(flags.output);
    const names = table.levels.map(({ name }) => name).join(', ');
    console.log(
      `Wrote ${table.columns} columns (${names}) of ${table.rows} rows (${table.index.name}) to ${flags.output}.`,
    );
  });
}

/** A session that was not sorted has no units; the alignment says why it is left out. */
async function idsOrNone(
  session: Awaited<ReturnType<typeof openSessions>>[number],
  flags: SessionFlags,
  signal: AbortSignal,
): Promise<number[]> {
  if (session.recordings.some(({ sorted }) => sorted === undefined)) return [];
  return (await session.selectUnits(selectionOf(flags), { signal })).ids;
}

/** `dant pixels export`: a data folder of a mouse's sessions, for `dant run`. */
export function pixelsExportCommand(): Command {
  const command = new Command('export')
    .description('Make a data folder of the sessions of a mouse, with PETHs from its responses, for "dant run".')
    .argument('<data>', 'the folder of the experiment')
    .addOption(responseFlag())
    .requiredOption('-o, --output <folder>', 'the data folder to make, new or empty');
  return addSessionFlags(command).action(
    async (data: string, flags: SessionFlags & { response?: string[]; output: string }) => {
      const { text, responses } = await exported(data, flags, flags.output, interruptSignal());
      const output = quoted(flags.output);
      const neurons = `  dant pixels neurons ${quoted(data)} ${quoted(`${flags.output}/DANT_Output`)}`;
      // It needs a response.
      const next = responses.length > 0 ? [neurons + repeatedSessionFlags(flags)] : [];
      console.log([text, 'Next:', `  dant run ${output}`, ...next].join('\n'));
    },
  );
}

export async function exported(
  data: string,
  flags: SessionFlags & { response?: string[] },
  output: string,
  signal: AbortSignal,
) {
  const responses = await responsesOf(flags.response, flags);
  const sessions = await openSessionsOfMouse(data, flags);
  const { text, folders } = await withBar((onProgress) =>
    exportTracking(sessions, output, { selection: selectionOf(flags), responses }, { signal, onProgress }),
  );
  return { text, folders, sessions, responses };
}
