import type { ImportOptions, SessionSource } from '../import/options.js';
import type { PartialSettings } from '../settings/index.js';

/** A study: many recordings that are tracked alike. */
export interface Study {
  /** The file that describes it */
  file: string;
  /** Where everything goes that is made */
  output: string;
  /** In the order of the file */
  recordings: StudyRecording[];
  /** What looks like a mistake in the file, but can be understood */
  warnings: string[];
}

/** What is tracked together: the sessions of one animal, one probe and one region. */
export interface StudyRecording {
  /** Animal, probe and region as a name of a folder; no other recording has it */
  id: string;
  animal: string;
  probe: string | undefined;
  region: string | undefined;
  input: RecordingInput;
  /** As in a settings file; defaults of the study included */
  settings: PartialSettings;
}

export type RecordingInput =
  | { kind: 'sessions'; sessions: SessionSource[]; options: ImportOptions }
  /** A folder that `dant run` takes */
  | { kind: 'data'; folder: string };
