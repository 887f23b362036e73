import { Command } from 'commander';

import { checkSession } from '../experiment/check.js';
import { openExperiment } from '../experiment/folders.js';
import { planSession, type StepPlan } from '../experiment/plan.js';
import { defaultSettings } from '../experiment/process.js';
import type { Experiment, Session, SessionFile, SessionRecording } from '../experiment/session.js';
import { loadTask } from '../experiment/task.js';
import { count } from './count.js';
import { Group } from './group.js';
import { interruptSignal } from './interrupt.js';
import { pixelsAlignCommand, pixelsExportCommand } from './pixels_align.js';
import { pixelsNeuronsCommand } from './pixels_neurons.js';
import {
  addExperimentOptions,
  experimentOptions,
  printFindings,
  repeatedExperimentFlags,
  type ExperimentFlags,
} from './pixels_options.js';
import { processCommand } from './pixels_process.js';
import { pixelsTrackCommand } from './pixels_track.js';
import { pixelsUnitsCommand } from './pixels_units.js';
import { quoted, repeatedFlags } from './quoted.js';

/** `dant pixels`: the experiment around the recordings. */
export function pixelsCommand(): Command {
  const group = new Group('pixels').description(
    'The experiment around the recordings: sessions with behaviour, from the raw files on.',
  );
  group.addCommand(listCommand());
  group.addCommand(checkCommand());
  group.addCommand(processCommand());
  group.addCommand(pixelsAlignCommand());
  group.addCommand(pixelsUnitsCommand());
  group.addCommand(pixelsExportCommand());
  group.addCommand(pixelsTrackCommand());
  group.addCommand(pixelsNeuronsCommand());
  return group;
}

function listCommand(): Command {
  return addExperimentOptions(
    new Command('list')
      .description('List the sessions of an experiment: what is there, missing, done and stale. Makes nothing.')
      .argument('<data>', 'the folder that holds raw/')
      .option('--task <name>', 'The task, as for "dant pixels process".', 'none'),
  ).action(async (data: string, { task, ...flags }: ExperimentFlags & { task: string }) => {
    const settings = { ...defaultSettings, task: await loadTask(task) };
    const experiment = await openExperiment(data, experimentOptions(flags));
    for (const session of experiment.sessions) {
      const plans = await planSession(session, settings);
      console.log(sessionText(session, plans));
    }
    printFindings(experiment);
    console.log(summaryText(experiment));
    if (experiment.sessions.length === 0) return;
    const again = repeatedFlags({ task: task === 'none' ? undefined : task }) + repeatedExperimentFlags(flags);
    console.log(`Next:\n  dant pixels process ${quoted(data)}${again}`);
  });
}

function checkCommand(): Command {
  return addExperimentOptions(
    new Command('check')
      .description(
        'Read the raw files through: are they whole, of the right sizes, with a sync signal that can be used?',
      )
      .argument('<data>', 'the folder that holds raw/')
      .option('--task <name>', 'Whose channels must be there, as for "dant pixels process".', 'none')
      .addHelpText('after', '\nWrites nothing. Takes as long as reading and unpacking everything.'),
  ).action(async (data: string, { task: name, ...flags }: ExperimentFlags & { task: string }) => {
    const signal = interruptSignal();
    const task = await loadTask(name);
    const experiment = await openExperiment(data, experimentOptions(flags));
    let bad = 0;
    for (const session of experiment.sessions) {
      const { problems, notes } = await checkSession(session, task, signal);
      console.log(`${session.name}: ${problems.length === 0 ? 'whole' : count(problems.length, 'problem')}`);
      for (const problem of problems) console.log(`  PROBLEM: ${problem}`);
      for (const note of notes) console.log(`  ${note}`);
      if (problems.length > 0) bad++;
    }
    printFindings(experiment);
    if (bad === 0) return;
    console.error(`dant: ${count(bad, 'session')} of ${experiment.sessions.length} with problems.`);
    process.exitCode = 1;
  });
}

function sessionText(session: Session, plans: readonly StepPlan[]): string {
  const lines = [session.name];
  for (const recording of session.recordings) {
    lines.push(`  ${recordingName(recording)}: ${filesText(recording)}`);
    const own = plans.filter((plan) => plan.recording === recording && plan.standing.kind !== 'nothing');
    lines.push(`    ${own.map(({ step, standing }) => `${step} ${standingText(standing)}`).join(', ')}`);
  }
  return [...lines, ...session.findings.map((finding) => `  ${finding}`)].join('\n');
}

const recordingName = ({ index, gate, trigger, probe }: SessionRecording) =>
  `recording ${index} (g${gate}, t${trigger}, imec${probe})`;

function filesText({ apBin, lfBin, behaviour, cameras, sorted }: SessionRecording): string {
  const place = (file: SessionFile | undefined) => {
    if (!file) return '–';
    if (file.processed ?? file.interim) return 'restored';
    return file.raw === undefined ? 'archived' : 'there';
  };
  const parts = [`ap ${place(apBin)}`, `lf ${place(lfBin)}`, `behaviour ${place(behaviour)}`];
  if (cameras.length > 0) parts.push(count(cameras.length, 'camera'));
  return [...parts, sorted === undefined ? 'not sorted' : 'sorted'].join(', ');
}

function standingText(standing: StepPlan['standing']): string {
  switch (standing.kind) {
    case 'done':
    case 'missing':
    case 'nothing':
      return standing.kind;
    case 'stale':
      return `stale (${standing.why})`;
    case 'foreign':
      return 'made elsewhere';
    case 'byHand':
      return 'by hand';
    case 'waiting':
      return 'waits for sync';
    case 'impossible':
      return `not possible (${standing.why})`;
  }
}

function summaryText({ sessions }: Experiment): string {
  const mice = new Set(sessions.map(({ mouse }) => mouse));
  const recordings = sessions.reduce((sum, session) => sum + session.recordings.length, 0);
  const miceText = mice.size === 1 ? '1 mouse' : `${mice.size} mice`;
  return `${count(sessions.length, 'session')} of ${miceText}, ${count(recordings, 'recording')}.`;
}
