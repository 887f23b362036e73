import { existsSync } from 'node:fs';
import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { Evidence } from '../evidence/evidence.js';
import { evidenceFile, evidenceJson } from '../evidence/stored_evidence.js';
import { outputError } from '../files/file_error.js';
import { withOutputErrors } from '../files/npy_writer.js';
import { refreshReport } from '../report/refresh.js';
import { reportFile } from '../report/report_data.js';
import type { WrittenReport } from '../report/write_report.js';
import { addToResultFiles, resultFilter } from '../results/owned_files.js';
import { measureEvidence, type EvidenceOptions } from './measure_evidence.js';

/**
 * Measures the evidence of a folder of results, keeps it there (evidence.json), and draws the figures again, and the report if
 * there is one. Rejects as `measureEvidence` and `refreshReport` do; with DANT_OUTPUT if evidence.json is somebody else's.
 */
export async function writeEvidence(
  folder: string,
  options: EvidenceOptions = {},
): Promise<{ evidence: Evidence; report: WrittenReport }> {
  const place = join(folder, evidenceFile);
  const { units, ...evidence } = await measureEvidence(folder, options);
  await withOutputErrors(place, async () => {
    if (existsSync(place) && !(await resultFilter(folder))(evidenceFile)) {
      throw outputError(place, 'this file was not written by dant and is left as it is. Rename or move it first.');
    }
    const staged = `${place}.partial`;
    try {
      await writeFile(staged, evidenceJson(evidence, units));
      await addToResultFiles(folder, [evidenceFile]);
      await rename(staged, place);
    } finally {
      await rm(staged, { force: true });
    }
  });
  const { dataFolder, signal, threads, onProgress } = options;
  const report = await refreshReport(folder, {
    dataFolder,
    signal,
    threads,
    report: existsSync(join(folder, reportFile)),
    onProgress: (fraction) => onProgress?.({ stage: 'report', fraction }),
  });
  return { evidence, report };
}
