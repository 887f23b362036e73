import type { Evidence } from '../evidence/evidence.js';
import type { StoredResult } from '../results/stored_result.js';
import type { UnitCurves } from './curves.js';

export const reportFile = 'report.html';
export const figureFolder = 'Figures';
/** Page of what the neurons of an experiment do, which is written into a result later. */
export const neuronPage = 'neurons.html';

/** What a report shows: a result, with the curves of its units at the precision of a display. */
export interface ReportData extends Omit<StoredResult, 'autoCorrelograms' | 'isiHistograms' | 'peth'> {
  curves: UnitCurves[];
  /** What the recording itself says about the matches */
  evidence: Evidence;
}

/** How to get what only `save_intermediate_results` keeps. */
export const saveThem =
  'To have them, run again with "save_intermediate_results": true (large files: units × units, and all waveforms).';
