// The thread that draws the figures and the report of a folder; see write_report.ts.
import { parentPort, workerData } from 'node:worker_threads';

import { DantError, type ErrorCode } from '../errors.js';
import { drawReport, type DrawnReport, type DrawOptions } from './draw_report.js';

export interface ReportTask {
  folder: string;
  options: DrawOptions;
}

export type ReportMessage =
  { progress: number } | { drawn: DrawnReport } | { refused: { code: ErrorCode; message: string } };

const post = (message: ReportMessage) => {
  parentPort!.postMessage(message);
};
const { folder, options } = workerData as ReportTask;
try {
  const drawn = await drawReport(folder, options, (progress) => {
    post({ progress });
  });
  post({ drawn });
} catch (error) {
  if (!(error instanceof DantError)) throw error;
  post({ refused: { code: error.code, message: error.message } });
}
