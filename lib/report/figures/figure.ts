import type { TopLevelSpec } from 'vega-lite';

import type { ReportData } from '../report_data.js';
import type { Similarities } from '../similarities.js';
import type { Condensed } from './matrix_image.js';

/** What figures are drawn from. */
export interface FigureData {
  data: ReportData;
  similarities: Similarities;
  /** Distances or match probabilities of all units as an image; undefined without the matrix. */
  matrix: Condensed | undefined;
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
