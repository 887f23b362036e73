import { InvalidArgumentError, Option, type Command } from 'commander';

import type { UnitSelection } from '../alignment/select_units.js';
import { SessionData, type ClockChoice } from '../alignment/session_data.js';
import { parseResponse, type Response } from '../alignment/trial_kind.js';
import { DantError } from '../errors.js';
import { openExperiment } from '../experiment/folders.js';
import { loadTask } from '../experiment/task.js';
import {
  addExperimentOptions,
  experimentOptions,
  printFindings,
  repeatedExperimentFlags,
  taskChoices,
  type ExperimentFlags,
} from './pixels_options.js';
import { repeatedFlags } from './quoted.js';

/** Which sessions of an experiment, and units of them. */
export interface SessionFlags extends ExperimentFlags {
  probe?: number;
  clock?: ClockChoice;
  task: string;
  group?: string;
  uncurated?: boolean;
  minDepth?: number;
  maxDepth?: number;
  minSpikeWidth?: number;
  maxSpikeWidth?: number;
}

const defaultTask = 'lever-push';

/** Adds the flags that choose sessions, the task and units. */
export function addSessionFlags(command: Command): Command {
  return addExperimentOptions(command)
    .addOption(
      new Option(
        '--clock <name>',
        'How the probe’s time becomes the behaviour’s: by their lag, or by the map of their clocks (long recordings). Default: lag.',
      ).choices(['lag', 'map']),
    )
    .addOption(numberFlag('--probe <n>', 'Number of the probe (imec); needed if there are several.'))
    .option('--task <name>', `${taskChoices}: names of actions and events.`, defaultTask)
    .option('--group <label>', 'Label of the units: good, mua, noise, or all. Default: good.')
    .option('--uncurated', "By the sorter's own labels.")
    .addOption(
      numberFlag('--min-depth <µm>', 'Units deeper below the surface than this. Default: 0, if depth.txt is there.'),
    )
    .addOption(numberFlag('--max-depth <µm>', 'Units no deeper than this.'))
    .addOption(numberFlag('--min-spike-width <ms>', 'Units whose median spike is at least as wide.'))
    .addOption(numberFlag('--max-spike-width <ms>', 'Units whose median spike is at most as wide.'));
}

/** A flag with a number. */
export function numberFlag(flags: string, about: string): Option {
  const isWhole = flags.includes('<n>');
  return new Option(flags, about).argParser((text) => {
    const value = Number(text);
    if (text.trim() !== '' && Number.isFinite(value) && (!isWhole || Number.isInteger(value))) return value;
    throw new InvalidArgumentError(`Expected a ${isWhole ? 'whole ' : ''}number.`);
  });
}

/** A flag with ACTION@EVENT, which may be given several times. */
export const responseFlag = () =>
  new Option(
    '--response <ACTION@EVENT>',
    'Trials: an action and its event, by name or as bits; several joined by +, such as rewarded_push+uncued_push@tone_onset. May be given several times.',
  ).argParser((text: string, texts: string[] | undefined) => [...(texts ?? []), text]);

/** The flags by which sessions and responses are found, again; see `repeatedExperimentFlags`. */
export const repeatedSessionFlags = ({
  probe,
  clock,
  task,
  response,
  ...flags
}: SessionFlags & { response?: string[] }) =>
  [
    ...(response ?? []).map((text) => repeatedFlags({ response: text })),
    repeatedFlags({ task: task === defaultTask ? undefined : task, clock, probe: probe?.toString() }),
    repeatedExperimentFlags(flags),
  ].join('');

/** Opens the sessions; one that cannot be used is told and left out. Rejects with DANT_DATA if none is left. */
export async function openSessions(data: string, flags: SessionFlags): Promise<SessionData[]> {
  const experiment = await openExperiment(data, experimentOptions(flags));
  printFindings(experiment);
  const opened: SessionData[] = [];
  const problems: string[] = [];
  for (const session of experiment.sessions) {
    try {
      opened.push(await SessionData.open(session, flags.probe, flags.clock));
    } catch (error) {
      if (!(error instanceof DantError) || error.code !== 'DANT_DATA') throw error;
      problems.push(error.message);
    }
  }
  if (opened.length === 0) {
    throw new DantError('DANT_DATA', [`${data}: there is no session that can be used.`, ...problems].join('\n  '));
  }
  for (const problem of problems) console.error(`Warning: ${problem}`);
  return opened;
}

/**
 * Of one mouse: neurons are followed in one animal. Rejects with DANT_DATA if there are several.
 * @param isMeant Which mice are, where the flags do not say
 */
export async function openSessionsOfMouse(
  data: string,
  flags: SessionFlags,
  isMeant: (session: SessionData) => boolean = () => true,
): Promise<SessionData[]> {
  const opened = await openSessions(data, flags);
  const meant = new Set(opened.filter(isMeant).map(({ session }) => session.mouse));
  const sessions = meant.size === 1 ? opened.filter(({ session }) => meant.has(session.mouse)) : opened;
  const mice = [...new Set(sessions.map(({ session }) => session.mouse))];
  if (mice.length === 1) return sessions;
  throw new DantError(
    'DANT_DATA',
    `${data} holds sessions of ${mice.join(', ')}. Say whose are meant: --mouse ${mice[0]!}.`,
  );
}

export function selectionOf(flags: SessionFlags): UnitSelection {
  const { group, uncurated, minDepth, maxDepth, minSpikeWidth, maxSpikeWidth } = flags;
  return {
    group: group === 'all' ? null : group,
    uncurated,
    minDepthUm: minDepth,
    maxDepthUm: maxDepth,
    minSpikeWidthMs: minSpikeWidth,
    maxSpikeWidthMs: maxSpikeWidth,
  };
}

export async function responsesOf(texts: readonly string[] | undefined, { task }: SessionFlags): Promise<Response[]> {
  const loaded = await loadTask(task);
  return (texts ?? []).map((text) => parseResponse(text, loaded));
}
