import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';

import { planBatch, standings, type Plan } from '../batch/plan_batch.js';
import { runBatch, type BatchEvent, type Outcome } from '../batch/run_batch.js';
import { runWorker } from '../batch/worker_process.js';
import { cancelJobs, jobStates, resubmit, submitStudy, type Submitted } from '../batch/slurm.js';
import { readStudy } from '../batch/study_file.js';
import { describe, type Study, type StudyRecording } from '../batch/study.js';
import { rowName, statusOf, strangersOf, writeSummary, type SummaryRow } from '../batch/summary.js';
import { placesOf } from '../batch/task_state.js';
import { DantError } from '../errors.js';
import { count } from './count.js';
import { Group } from './group.js';
import { interruptSignal } from './interrupt.js';
import { listOption } from './list_option.js';
import { quoted } from './quoted.js';

/** `dant batch`: imports and tracks all recordings of a study, here or on a cluster. */
export function batchCommand(): Command {
  const group = new Group('batch')
    .usage('<study> [options]')
    .description(
      'Import and track all recordings of a study that are new or have changed, here or on a Slurm cluster.',
    );
  group.addCommand(runCommand(), { isDefault: true });
  group.addCommand(statusCommand());
  group.addCommand(logsCommand());
  group.addCommand(cancelCommand());
  group.addCommand(summaryCommand());
  group.addCommand(taskCommand());
  group.addCommand(finishCommand());
  return group;
}

interface RunFlags {
  jobs?: number;
  memory?: number;
  only?: string[];
  dryRun?: boolean;
  slurm?: boolean;
  partition?: string;
  time?: string;
  cpus: number;
  atOnce?: number;
  sbatch?: string;
}

function runCommand(): Command {
  return new Command('run')
    .description('Do what has to be done (the word "run" may be left out).')
    .argument('<study>', 'the file that "dant study init" writes')
    .addOption(numberOption('--jobs <n>', 'Recordings at once. Default: one for each four processors.'))
    .addOption(
      numberOption('--memory <GB>', 'Memory for all of them together. Default: four fifths of this computer’s.'),
    )
    .addOption(
      listOption(
        '--only <names>',
        'Only these animals or recordings (as their folders are called), separated by commas.',
      ),
    )
    .option('--dry-run', 'Only say what would be done.')
    .option('--slurm', 'Submit to Slurm instead of working here.')
    .option('--partition <name>', 'Slurm: the partition.')
    .option('--time <limit>', 'Slurm: limit of time per recording, as sbatch takes it. Default: estimated.')
    .addOption(numberOption('--cpus <n>', 'Slurm: processors per recording.').default(4))
    .addOption(numberOption('--at-once <n>', 'Slurm: recordings that run at once. Default: as the cluster likes.'))
    .option('--sbatch <arguments>', 'Slurm: further arguments of sbatch, such as "--account=lab --qos=long".')
    .addHelpText('after', runNotes)
    .action(async (file: string, flags: RunFlags) => {
      const study = await readStudy(file);
      for (const warning of study.warnings) console.error(`Warning: ${warning}`);
      const only = chosen(study, flags.only);
      if (flags.dryRun) {
        for (const [recording, plan] of await planBatch(study, only))
          console.log(`${describe(recording)}: ${planText(plan)}`);
        return;
      }
      if (flags.slurm) {
        const { partition, time, cpus, atOnce, sbatch = '' } = flags;
        const extra = sbatch.split(/\s+/).filter((word) => word !== '');
        printSubmitted(await submitStudy(study, { partition, time, cpus, atOnce, extra }, only), file);
        return;
      }
      const outcomes = await runBatch(study, {
        only,
        jobs: flags.jobs,
        memoryBytes: bytesOf(flags.memory),
        signal: interruptSignal(),
        onEvent: printEvent,
      });
      try {
        printSummary(study, await writeSummary(study));
      } finally {
        printFailures(outcomes);
      }
    });
}

const runNotes = `
What is done already is not done again, unless a session, a setting or the version of node-dant has changed. A recording that
fails does not stop the others. After an interruption the same command goes on where it was.
The results of each recording are in a folder of its own in the study's output, with study.html, study.csv and study.json
for all of them.`;

function statusCommand(): Command {
  return studyAction('status', 'How the recordings of a study stand, and their jobs on a cluster.', async (study) => {
    for (const [recording, standing] of await standings(study)) {
      const strangers = strangersOf(standing);
      const looked = strangers === undefined ? '' : ` (look at it: ${strangers})`;
      console.log(`${describe(recording)}: ${statusOf(standing)}${looked}`);
    }
    const jobs = await jobStates(study);
    if (jobs.size > 0) console.log(['Jobs:', ...[...jobs].map(([id, state]) => `  ${id} ${state}`)].join('\n'));
  });
}

function logsCommand(): Command {
  return new Command('logs')
    .description('Print what happened to a recording.')
    .argument('<study>', 'the file of the study')
    .argument('<names...>', 'animals or recordings')
    .action(async (file: string, names: string[]) => {
      const study = await readStudy(file);
      for (const recording of chosen(study, names)) {
        const { log } = placesOf(study, recording);
        const text = await readFile(log, 'utf8').catch(() => 'nothing yet\n');
        process.stdout.write(`${describe(recording)} (${log}):\n${text}`);
      }
    });
}

function cancelCommand(): Command {
  return studyAction('cancel', 'End the jobs of a study on a cluster. What is done is kept.', async (study) => {
    const ended = await cancelJobs(study);
    console.log(
      ended.length === 0 ? 'No job of this study is waiting or running.' : `Ended the jobs ${ended.join(', ')}.`,
    );
  });
}

function summaryCommand(): Command {
  return studyAction('summary', 'Write study.html, study.csv and study.json of what is done.', async (study) => {
    await writeSummary(study);
    console.log(`Wrote ${join(study.output, 'study.html')}, study.csv and study.json.`);
  });
}

function taskCommand(): Command {
  return new Command('task')
    .description('Do one recording: for schedulers other than Slurm.')
    .argument('<study>', 'the file of the study')
    .argument('<number>', 'of the recording in the file, from 1; or its name')
    .addOption(numberOption('--threads <n>', 'Threads. Default: all processors.'))
    .addOption(
      numberOption(
        '--memory <GB>',
        'What it may take. If the import shows that tracking needs more, only that is said.',
      ),
    )
    .action(async (file: string, number: string, { threads = -1, memory }: { threads?: number; memory?: number }) => {
      const study = await readStudy(file);
      const recording = study.recordings[Number(number) - 1] ?? chosen(study, [number])[0]!;
      const outcome = await runWorker(study, recording, {
        threads,
        memoryBytes: bytesOf(memory),
        signal: interruptSignal(),
        onEvent: printEvent,
      });
      printEvent({ kind: 'ended', recording, outcome, seconds: performance.now() / 1000 });
      if (outcome.kind === 'failed') process.exitCode = 1;
    });
}

const bytesOf = (gigabytes: number | undefined) => (gigabytes === undefined ? undefined : gigabytes * 1e9);

function finishCommand(): Command {
  return studyAction(
    'finish',
    'What follows the jobs of a cluster: try again what was killed, and write the summary.',
    async (study) => {
      const again = await resubmit(study);
      await writeSummary(study);
      if (again) printSubmitted(again, study.file);
    },
  );
}

function studyAction(name: string, description: string, action: (study: Study) => Promise<void>): Command {
  return new Command(name)
    .description(description)
    .argument('<study>', 'the file of the study')
    .action(async (file: string) => action(await readStudy(file)));
}

/** The recordings of these names: of animals, or of folders. */
function chosen({ recordings, file }: Study, names: readonly string[] | undefined): StudyRecording[] {
  if (names === undefined) return recordings;
  const unknown = names.find((name) => !recordings.some(({ animal, id }) => animal === name || id === name));
  if (unknown !== undefined) {
    const known = recordings.map(({ id }) => id).join(', ');
    throw new DantError('DANT_ARGUMENT', `${file} has no animal or recording called ${unknown}. There are: ${known}.`);
  }
  return recordings.filter(({ animal, id }) => names.includes(animal) || names.includes(id));
}

function planText(plan: Plan): string {
  if (plan.kind === 'nothing') return 'done, and nothing has changed';
  if (plan.kind === 'impossible') return `cannot be done: ${plan.why}`;
  const what = plan.kind === 'import' ? 'import and track' : 'track';
  return `${what} (${plan.why}), about ${(plan.memoryBytes / 1e9).toFixed(1)} GB of memory`;
}

function printEvent(event: BatchEvent): void {
  const name = describe(event.recording);
  if (event.kind === 'started') console.log(`${name}: started`);
  if (event.kind === 'planned' && event.plan.kind !== 'nothing' && event.plan.kind !== 'impossible') {
    console.log(`${name}: to ${planText(event.plan)}`);
  }
  if (event.kind === 'ended') console.log(`${name}: ${outcomeText(event.outcome, event.seconds)}`);
}

function outcomeText(outcome: Outcome, seconds: number): string {
  if (outcome.kind === 'unchanged') return 'done before, nothing has changed';
  if (outcome.kind === 'failed') return `FAILED: ${outcome.why}`;
  const { neurons, sessions, units } = outcome.state.facts!;
  return `done in ${seconds.toFixed(0)} s: ${count(neurons, 'neuron')} of ${count(units, 'unit')} in ${count(sessions, 'session')}`;
}

function printSummary({ output }: Study, rows: readonly SummaryRow[]): void {
  const strange = rows.filter(({ strangers }) => strangers !== null);
  if (strange.length > 0) {
    console.log(['Look at these:', ...strange.map((row) => `  ${rowName(row)}: ${row.strangers!}`)].join('\n'));
  }
  console.log(`The summary of ${count(rows.length, 'recording')} is in ${join(output, 'study.html')}.`);
}

function printFailures(outcomes: ReadonlyMap<StudyRecording, Outcome>): void {
  const failed = [...outcomes].flatMap(([recording, outcome]) =>
    outcome.kind === 'failed' ? [`  ${describe(recording)}: ${outcome.why}`] : [],
  );
  if (failed.length === 0) return;
  console.error(`${failed.length} of ${count(outcomes.size, 'recording')} failed:\n${failed.join('\n')}`);
  process.exitCode = 1;
}

function printSubmitted({ recordings, jobs, summaryJob, impossible }: Submitted, file: string): void {
  for (const [recording, why] of impossible) console.error(`${describe(recording)}: cannot be done: ${why}`);
  if (recordings === 0) console.log('Nothing has to be done.');
  else {
    console.log(
      `Submitted ${count(recordings, 'recording')} (jobs ${jobs.join(', ')}; the summary is job ${summaryJob!}).\n` +
        `  dant batch status ${quoted(file)}`,
    );
  }
  if (impossible.size > 0) process.exitCode = 1;
}

function numberOption(flags: string, about: string): Option {
  const isWhole = !flags.includes('<GB>');
  return new Option(flags, about).argParser((text) => {
    const value = Number(text);
    if (!(value > 0) || (isWhole && !Number.isInteger(value))) {
      throw new InvalidArgumentError(`Expected a ${isWhole ? 'whole ' : ''}number above 0.`);
    }
    return value;
  });
}
