import type { TopLevelSpec } from 'vega-lite';

import type { ReportData } from '../report_data.js';
import type { Similarities } from '../similarities.js';

/** What figures are drawn from. */
export interface FigureData {
  data: ReportData;
  similarities: Similarities;
  /** As of `DistanceSums`; undefined without the matrix, which the probabilistic method does not need. */
  distanceSums: Float64Array | undefined;
}

/** A figure that was asked for: what to draw, or why it cannot be drawn. */
export interface Figure {
  /** File name without ending */
  name: string;
  title: string;
  /** One or two sentences for whoever has not seen such a figure. */
  caption: string;
  spec: TopLevelSpec | { missing: string };
}
