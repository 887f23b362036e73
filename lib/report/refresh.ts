import { lstat, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { allowFlag, allowText, checkSteering, requireOptions, requireText } from '../arguments.js';
import { outputError } from '../files/file_error.js';
import { withOutputErrors } from '../files/npy_writer.js';
import { addToResultFiles, resultFilter } from '../results/owned_files.js';
import { writeReport, type ReportOptions, type WrittenReport } from './write_report.js';

/**
 * Draws the figures and the report of results that are there already, `dant report`: in place of those of an earlier call.
 * All are drawn before the first is put in its place. Rejects with DANT_OUTPUT if a file of somebody else is in the way.
 */
export async function refreshReport(folder: string, options: ReportOptions = {}): Promise<WrittenReport> {
  requireText('folder', folder);
  options = requireOptions('options', options);
  checkSteering(options);
  for (const name of ['dataFolder', 'target'] as const) allowText(name, options[name]);
  for (const name of ['figures', 'report'] as const) allowFlag(name, options[name]);
  const staging = await withOutputErrors(folder, () => mkdtemp(join(folder, '.dant-report-')));
  try {
    const written = await writeReport(folder, { ...options, target: staging });
    await withOutputErrors(folder, async () => {
      const isResult = await resultFilter(folder);
      for (const file of written.files) {
        const place = join(folder, file);
        if (!isResult(file) && (await exists(place))) {
          throw outputError(place, 'this file was not written by dant and is left as it is. Rename or move it first.');
        }
      }
      await addToResultFiles(folder, written.files);
      for (const file of written.files) {
        await mkdir(dirname(join(folder, file)), { recursive: true });
        await rename(join(staging, file), join(folder, file));
      }
    });
    return written;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
