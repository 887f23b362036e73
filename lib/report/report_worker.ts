// The thread that draws the figures and the report of a folder; see report_thread.ts.
import { parentPort, workerData } from 'node:worker_threads';

import { DantError } from '../errors.js';
import { drawReport } from './draw_report.js';
import { Painters } from './painters.js';
import type { ReportMessage, ReportTask } from './report_thread.js';

const post = (message: ReportMessage) => {
  parentPort!.postMessage(message);
};
const painters = new Painters((workerData as { threads: number }).threads);

parentPort!.on('message', ({ folder, options }: ReportTask) => {
  const drawing = drawReport(folder, options, painters, (progress) => {
    post({ progress });
  });
  // What else goes wrong ends the thread.
  void drawing.then(
    (drawn) => {
      post({ drawn });
    },
    (error: unknown) => {
      if (!(error instanceof DantError)) throw error;
      post({ refused: { code: error.code, message: error.message } });
    },
  );
});
