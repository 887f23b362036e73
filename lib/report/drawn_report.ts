/** What is to be drawn. */
export interface DrawOptions {
  /** Where the report says that the results are, if not where they are read. */
  shownFolder?: string | undefined;
  /** Whether `Figures/` is wanted. */
  figures: boolean;
  /** Whether `report.html` is wanted. */
  report: boolean;
}

/** What was drawn. */
export interface DrawnReport {
  /** Paths relative to the folder of the results, and what is to be in them, in pieces that follow each other */
  files: { path: string; content: readonly Uint8Array[] }[];
  /** What could not be shown, in words. */
  missing: string[];
}
