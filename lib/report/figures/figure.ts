import type { TopLevelSpec } from 'vega-lite';

import type { MatrixContent } from '../matrix_content.js';
import type { ReportData } from '../report_data.js';

/** What figures are drawn from that show no more than what is small. */
export interface SmallFigureData {
  data: ReportData;
}

/** What all other figures are drawn from. */
export type FigureData = SmallFigureData & MatrixContent;

/** A figure that was asked for: what to draw, or why it cannot be drawn. */
export interface Figure {
  /** File name without ending */
  name: string;
  title: string;
  /** Under which heading of the report it stands; default: among the other figures */
  section?: 'evidence';
  /** One or two sentences for whoever has not seen such a figure. */
  caption: string;
  spec: TopLevelSpec | { missing: string };
}
