import type { ImportOptions } from '../import/options.js';
import type { PartialSettings } from '../settings/index.js';
import type { Source } from './sources/source.js';

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
  source: Source;
  /** How it is imported; defaults of the study included */
  importOptions: ImportOptions;
  /** As in a settings file; defaults of the study included */
  settings: PartialSettings;
  /** Whether the evidence of `dant evidence` is measured after the tracking */
  evidence: boolean;
}

/** Animal, probe and region, as messages name them. */
export const describe = ({ animal, probe, region }: Pick<StudyRecording, 'animal' | 'probe' | 'region'>) =>
  [animal, probe, region].filter((part) => part !== undefined).join(', ');
