/** The stages of a run, in the order in which they report first; some of them repeat with each motion iteration. */
export type Stage =
  | 'read'
  | 'features'
  | 'similarity'
  | 'motion'
  | 'correction'
  | 'clustering'
  | 'curation'
  | 'leafOrder'
  | 'write'
  | 'report';

/** How far a run has come. */
export interface ProgressEvent {
  stage: Stage;
  /** Done share of this stage, 0 … 1. */
  fraction: number;
  /** The shank that is being tracked, in a run with one tracking per shank. */
  shank?: number;
  /** What was found, in a few words. */
  message?: string;
}
