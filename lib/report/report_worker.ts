// The thread that draws the figures and the report; see report_thread.ts.
import { parentPort, workerData } from 'node:worker_threads';

import { DantError } from '../errors.js';
import { drawReport } from './draw_report.js';
import { Painters } from './painters.js';
import { readReport, type ReportContent } from './read_report.js';
import type { ReportMessage, ReportTask } from './report_thread.js';

const post = (message: ReportMessage) => {
  parentPort!.postMessage(message);
};
const painters = new Painters((workerData as { threads: number }).threads);

/** What another thread reads. */
const given: { -readonly [Key in keyof ReportContent]?: (value: Awaited<ReportContent[Key]>) => void } = {};
const givenContent: ReportContent = {
  figureData: new Promise((resolve) => (given.figureData = resolve)),
  waveforms: new Promise((resolve) => (given.waveforms = resolve)),
};

parentPort!.on('message', (task: ReportTask) => {
  if ('waveforms' in task) given.waveforms!(task.waveforms);
  else if ('figureData' in task) given.figureData!(task.figureData);
  else {
    const { folder, dataFolder, options } = task;
    const content = folder === undefined ? givenContent : readReport(folder, dataFolder);
    const drawing = drawReport(content, options, painters, (progress) => {
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
  }
});
