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
  return { ...result, curves: unitCurves({ autoCorrelograms, isiHistograms, peth }, result.settings) };
}
