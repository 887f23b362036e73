import { Command, InvalidArgumentError, Option } from 'commander';

import { processExperiment } from '../experiment/process.js';
import type { StepEvent, StepOutcome } from '../experiment/process_session.js';
import { steps, stepNames, type StepName } from '../experiment/steps.js';
import { loadTask } from '../experiment/task.js';
import { count } from './count.js';
import { interruptSignal } from './interrupt.js';
import { listOption } from './list_option.js';
import {
  addExperimentOptions,
  experimentOptions,
  printFindings,
  taskChoices,
  type ExperimentFlags,
} from './pixels_options.js';
import { clock } from './progress.js';

interface ProcessFlags extends ExperimentFlags {
  session?: string[];
  steps?: StepName[];
  task: string;
  jobs: number;
  lfpMethod: 'polyphase' | 'fourier';
  lfpReference: 'none' | 'median';
}

/** `dant pixels process`: from raw files to what is analysed. */
export function processCommand(): Command {
  return addExperimentOptions(
    new Command('process')
      .description('Restore, synchronise and process what was not processed with the same inputs and settings.')
      .argument('<data>', 'the folder that holds raw/')
      .addOption(listOption('--session <names>', 'Only these sessions, separated by commas.'))
      .addOption(listOption('--steps <names>', 'Only these steps (see below), separated by commas.'))
      .option('--task <name>', `${taskChoices}.`, 'none')
      .addOption(jobsOption())
      .addOption(
        new Option('--lfp-method <name>', 'How the local field potential is resampled.')
          .choices(['polyphase', 'fourier'])
          .default('polyphase'),
      )
      .addOption(
        new Option('--lfp-reference <name>', 'What is subtracted from each of its samples: the median of all channels.')
          .choices(['none', 'median'])
          .default('none'),
      )
      .addHelpText('after', notes()),
  ).action(async (data: string, flags: ProcessFlags) => {
    const lines = new StepLines(flags.steps !== undefined);
    const { done, unchanged, skipped, failed } = await processExperiment(
      data,
      {
        ...experimentOptions(flags),
        sessions: flags.session,
        steps: flags.steps,
        jobs: flags.jobs,
        settings: {
          task: await loadTask(flags.task),
          lfp: { method: flags.lfpMethod, reference: flags.lfpReference },
        },
      },
      {
        signal: interruptSignal(),
        onStart: ({ sessions, findings }, chosen) => {
          printFindings({ findings });
          lines.total = chosen.length * sessions.reduce((sum, { recordings }) => sum + recordings.length, 0);
        },
        onEvent: (event) => {
          lines.tell(event);
        },
      },
    );
    lines.end();
    console.log(
      `${count(done, 'step')} done, ${unchanged} done before, ${skipped} not possible, ${failed} failed. ` +
        'Each session has a process.log in processed/.',
    );
    if (failed > 0) process.exitCode = 1;
  });
}

function notes(): string {
  const width = Math.max(...stepNames.map((name) => name.length));
  return `
Steps, in this order:
${stepNames
  .map((name) => `  ${name.padEnd(width)}  ${steps[name].about}${steps[name].byDefault ? '' : ' (only if asked for)'}`)
  .join('\n')}

Raw files are never touched. Archives are unpacked to interim/, only those that a step needs; results go to processed/. What fails
stops nothing else. After an interruption the same command goes on where it was.`;
}

function jobsOption(): Option {
  return new Option('--jobs <n>', 'Sessions at once, each in a process of its own.').default(1).argParser((text) => {
    const value = Number(text);
    if (!(Number.isInteger(value) && value >= 1 && value <= 64)) {
      throw new InvalidArgumentError('Expected a whole number from 1 to 64.');
    }
    return value;
  });
}

/** One line for each step that ended; in a terminal, the last line shows those that run, and the time left. */
class StepLines {
  total = 0;
  private ended = 0;
  private worked = 0;
  private readonly start = performance.now();
  private readonly running = new Map<string, StepEvent>();
  private drawn = 0;

  /** @param areAsked Whether the steps were named: without DeepLabCut nobody wants to read in each session that it is not there */
  constructor(private readonly areAsked: boolean) {}

  tell(event: StepEvent): void {
    const key = `${event.session} ${event.recording} ${event.step}`;
    if (event.outcome === undefined) {
      this.running.set(key, event);
      if (performance.now() - this.drawn > 100) this.draw();
      return;
    }
    this.running.delete(key);
    this.ended++;
    if (event.outcome.kind === 'done') this.worked++;
    this.clear();
    if (event.outcome.kind !== 'nothing' || this.areAsked) console.log(this.lineOf(event, event.outcome));
    if (event.outcome.kind === 'done') {
      for (const warning of event.outcome.warnings) console.error(`Warning: ${event.session}: ${warning}`);
    }
  }

  end(): void {
    this.clear();
  }

  private lineOf({ session, recording, step, seconds }: StepEvent, outcome: StepOutcome): string {
    const name = `${session}  ${recording}  ${step.padEnd(9)}`;
    const left = this.left();
    switch (outcome.kind) {
      case 'done':
        return `${name}  ${seconds.toFixed(1)} s: ${outcome.said}${left === '' ? '' : ` (${left})`}`;
      case 'unchanged':
        return `${name}  done before: ${outcome.said}`;
      case 'nothing':
        return `${name}  nothing to do: ${outcome.why}`;
      case 'skipped':
        return `${name}  not done: ${outcome.why}`;
      case 'failed':
        return `${name}  FAILED: ${outcome.why}`;
    }
  }

  /** "0:40 left", from how long the steps took until now */
  private left(): string {
    const steps = this.total - this.ended;
    const parts = [...this.running.values()].reduce((sum, { share = 0 }) => sum + share, 0);
    const done = this.worked + parts;
    if (steps <= 0 || done < 0.05) return '';
    const seconds = (performance.now() - this.start) / 1000;
    return `about ${clock((seconds * (steps - parts)) / done)} left`;
  }

  private draw(): void {
    this.drawn = performance.now();
    if (!process.stderr.isTTY) return;
    const parts = [...this.running.values()].map(
      ({ session, step, share = 0 }) => `${session} ${step} ${Math.floor(100 * share)} %`,
    );
    const text = [...parts, this.left()].filter((part) => part !== '').join(', ');
    this.clear();
    process.stderr.write(text.slice(0, process.stderr.columns - 1));
  }

  private clear(): void {
    if (process.stderr.isTTY) process.stderr.write('\r\x1b[2K');
  }
}
