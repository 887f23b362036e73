import type { z } from 'zod';

import type { ImportControl, ImportSummary } from '../../import/import_sessions.js';
import type { ImportOptions } from '../../import/options.js';

/** What a recording of a study is made of: sessions that are imported, or a data folder. */
export type Source = DataFolder | ImportedSource;

interface AnySource {
  /** What it says in the file, with absolute paths. Its JSON tells whether somebody has changed it. */
  description: unknown;
  /** Absolute paths (of a probe in a cache: with its name) that nobody else's recording may have, in order of time */
  parts: string[];
  /**
   * The files that it is read from, as far as they are known. Rejects with DANT_DATA if something is missing.
   * @param dataFolder Where it was imported to, if it was: that tells which raw files were read.
   */
  files(dataFolder: string): Promise<InputFile[]>;
}

/** A folder that `dant run` takes. */
export interface DataFolder extends AnySource {
  folder: string;
}

export interface ImportedSource extends AnySource {
  folder?: undefined;
  /** Makes a data folder at `output`. Rejects as `importSessions`. */
  import(output: string, options: ImportOptions, control: ImportControl): Promise<ImportSummary>;
  /** What tracking will amount to, where that can be told before the import: no less than it will be */
  size?(options: ImportOptions): Promise<RecordingSize>;
  /** Bytes of the raw recordings that the import reads; 0 where they cannot be found */
  rawBytes?(): Promise<number>;
}

/** A file that is looked at to tell whether it has changed. */
export interface InputFile {
  path: string;
  /** Its first bytes too: a header */
  hasHeader: boolean;
}

/** What a recording amounts to. */
export interface RecordingSize {
  units: number;
  channels: number;
  samples: number;
  spikes: number;
}

/** A form in which the file of a study may name what a recording is made of. */
export interface SourceKind<Value = unknown> {
  /** For messages: what is expected */
  about: string;
  schema: z.ZodType<Value>;
  /** @param place What else the file says of the recording, and how paths in it become absolute */
  open(value: Value, place: { animal: string; probe: string | undefined; from: (path: string) => string }): Source;
}
