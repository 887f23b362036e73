import { evidenceOf } from '../evidence/evidence.js';
import { storedTests } from '../evidence/stored_evidence.js';
import { readResult } from '../results/read_result.js';
import type { ResultSource } from '../results/result_source.js';
import { unitCurves } from './curves.js';
import type { ReportData } from './report_data.js';

/** Reads what a report shows. Rejects with DANT_DATA if the folder holds no clusters; see `readResult`. */
export async function loadReportData(
  results: ResultSource,
  options: { dataFolder?: string | undefined } = {},
): Promise<ReportData> {
  const { autoCorrelograms, isiHistograms, peth, ...result } = await readResult(results, options);
  const stored = { autoCorrelograms, isiHistograms, peth, ...result };
  const evidence = { ...evidenceOf(stored), ...(await storedTests(result.folder, result.unitCount, result.missing)) };
  return { ...result, evidence, curves: unitCurves({ autoCorrelograms, isiHistograms, peth }, result.settings) };
}
