// The thread that draws the figures and the report; see report_thread.ts.
import { parentPort, workerData } from 'node:worker_threads';

import { DantError } from '../errors.js';
import { drawReport } from './draw_report.js';
import { Painters } from './painters.js';
import type { MatrixContent } from './matrix_content.js';
import type { ReportContent } from './read_report.js';
import type { ReportData } from './report_data.js';
import type { ReportMessage, ReportTask } from './report_thread.js';
import type { ReportWaveforms } from './waveforms.js';

const post = (message: ReportMessage, moved: readonly ArrayBuffer[] = []) => {
  parentPort!.postMessage(message, moved);
};
const painters = new Painters((workerData as { threads: number }).threads);

/** What another thread reads. */
const given: {
  data?: (data: ReportData) => void;
  matrices?: (matrices: MatrixContent) => void;
  waveforms?: (waveforms: ReportWaveforms) => void;
} = {};
const givenWaveforms = new Promise<ReportWaveforms>((resolve) => (given.waveforms = resolve));
const givenContent: ReportContent = {
  data: new Promise((resolve) => (given.data = resolve)),
  matrices: new Promise((resolve) => (given.matrices = resolve)),
  waveforms: () => givenWaveforms,
};

/** Loaded when it is needed: what reads takes longer to load than what draws. */
async function contentOf(folder: string, dataFolder: string | undefined): Promise<ReportContent> {
  const { readReport } = await import('./read_report.js');
  return readReport(folder, dataFolder);
}

parentPort!.on('message', (task: ReportTask) => {
  if ('waveforms' in task) given.waveforms!(task.waveforms);
  else if ('matrices' in task) given.matrices!(task.matrices);
  else if ('data' in task) given.data!(task.data);
  else {
    const { folder, dataFolder, options } = task;
    const drawing = (async () => {
      const content = folder === undefined ? givenContent : await contentOf(folder, dataFolder);
      return drawReport(content, options, painters, (progress) => {
        post({ progress });
      });
    })();
    // What else goes wrong ends the thread.
    void drawing.then(
      (drawn) => {
        post(
          { drawn },
          drawn.files.flatMap(({ content }) => content.map(({ buffer }) => buffer as ArrayBuffer)),
        );
      },
      (error: unknown) => {
        if (!(error instanceof DantError)) throw error;
        post({ refused: { code: error.code, message: error.message } });
      },
    );
  }
});
