import type { ProgressEvent, Stage } from '../tracking/progress.js';

/** How the progress of a run is shown. */
export interface ProgressReporter {
  onProgress: (event: ProgressEvent) => void;
  /** Call it at the end, also of a run that failed (`completed` false): removes what shows a running stage. */
  end: (completed: boolean) => void;
}

const stageNames: Record<Stage, string> = {
  read: 'Reading the data',
  features: 'Unit features',
  similarity: 'Similarities',
  motion: 'Motion',
  correction: 'Waveform correction',
  clustering: 'Clustering',
  curation: 'Curation',
  leafOrder: 'Leaf order',
  write: 'Writing the results',
  report: 'Figures and report',
};

/**
 * Writes to stderr one line for each stage when the next one begins, and one for each message. A stage that comes back
 * gets no second line without a message. A terminal shows the running stage as a bar in its last line.
 */
export function progressLines(): ProgressReporter {
  const { stderr } = process;
  const start = performance.now();
  const reported = new Set<string>();
  let running: { name: string; since: number } | undefined;
  const clear = () => {
    if (stderr.isTTY) stderr.write('\r\x1b[2K');
  };
  const tell = (name: string, message?: string) => {
    reported.add(name);
    stderr.write(`${secondsSince(start).padStart(8)}  ${name}${message === undefined ? '' : `: ${message}`}\n`);
  };
  const endStage = () => {
    if (running !== undefined && !reported.has(running.name)) tell(running.name);
  };
  return {
    onProgress({ stage, fraction, shank, message }) {
      const name = stageNames[stage] + (shank === undefined ? '' : `, shank ${shank}`);
      clear();
      if (name !== running?.name) endStage();
      // A stage that begins again has its own time left.
      if (name !== running?.name || fraction === 0) running = { name, since: performance.now() };
      if (message !== undefined) tell(name, message);
      else if (stderr.isTTY) {
        const elapsed = (performance.now() - running.since) / 1000;
        stderr.write(progressBar(name, secondsSince(start), fraction, elapsed).slice(0, stderr.columns - 1));
      }
    },
    end(completed) {
      clear();
      if (completed) endStage();
    },
  };
}

const secondsSince = (start: number) => `${((performance.now() - start) / 1000).toFixed(1)} s`;

const barWidth = 24;

/** "  12.3 s  Unit features ━━━━━━╌╌╌╌  42 %, 0:35 left" */
export function progressBar(name: string, runTime: string, fraction: number, elapsedSeconds: number): string {
  const done = Math.round(barWidth * fraction);
  const left =
    fraction > 0.02 && elapsedSeconds > 2 ? `, ${clock((elapsedSeconds * (1 - fraction)) / fraction)} left` : '';
  const bar = '━'.repeat(done) + '╌'.repeat(barWidth - done);
  return `${runTime.padStart(8)}  ${name.padEnd(20)} ${bar} ${String(Math.floor(100 * fraction)).padStart(3)} %${left}`;
}

/** 75 → "1:15" */
export function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  const rest = String(whole % 60).padStart(2, '0');
  return minutes < 60
    ? `${minutes}:${rest}`
    : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest}`;
}

/** Writes events to stdout, each as one line of JSON: ten per second at most, unless they begin a stage or say something. */
export function progressJson(): ProgressReporter {
  let last = { name: '', time: -Infinity };
  return {
    onProgress: (event) => {
      const name = `${event.stage} ${event.shank ?? ''}`;
      const time = performance.now();
      if (name === last.name && time - last.time < 100 && event.message === undefined) return;
      last = { name, time };
      console.log(JSON.stringify({ event: 'progress', ...event }));
    },
    end: () => undefined,
  };
}

export const noProgress: ProgressReporter = { onProgress: () => undefined, end: () => undefined };
