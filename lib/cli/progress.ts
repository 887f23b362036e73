import type { ProgressEvent, Stage } from '../pipeline/progress.js';

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
};

/**
 * Writes to stderr one line for each stage when the next one begins, and one for each message. A stage that comes back
 * gets no second line without a message. A terminal shows the running stage in its last line.
 */
export function progressLines(): ProgressReporter {
  const { stderr } = process;
  const start = performance.now();
  const told = new Set<string>();
  let running: string | undefined;
  const clear = () => {
    if (stderr.isTTY) stderr.write('\r\x1b[2K');
  };
  const tell = (name: string, message?: string) => {
    told.add(name);
    const seconds = `${((performance.now() - start) / 1000).toFixed(1)} s`;
    stderr.write(`${seconds.padStart(8)}  ${name}${message === undefined ? '' : `: ${message}`}\n`);
  };
  const endStage = () => {
    if (running !== undefined && !told.has(running)) tell(running);
  };
  return {
    onProgress({ stage, fraction, shank, message }) {
      const name = stageNames[stage] + (shank === undefined ? '' : `, shank ${shank}`);
      clear();
      if (name !== running) endStage();
      running = name;
      if (message !== undefined) tell(name, message);
      else if (stderr.isTTY) stderr.write(`${name} ${Math.floor(100 * fraction)} %`);
    },
    end(completed) {
      clear();
      if (completed) endStage();
    },
  };
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
