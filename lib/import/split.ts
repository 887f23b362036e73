import { DantError } from '../errors.js';
import { fileError } from '../files/file_error.js';
import type { RawSource } from './raw_source.js';
import type { Recording } from './recording.js';

/** A session that was cut out of a longer recording. */
export interface Part {
  /** From 1 */
  number: number;
  of: number;
  /** Rows of the recording, from 0; `end` is not part of it */
  begin: number;
  end: number;
}

/**
 * Where a recording is cut. `at`: seconds from its beginning, or between its files. Undefined: it is one session.
 * Throws DANT_DATA if a cut is not within the recording.
 */
export function partsOf(at: readonly number[] | 'files' | undefined, recording: Recording): Part[] | undefined {
  if (at === undefined) return undefined;
  const { files, fileRows, rows, sampleRateHz } = recording;
  if (at === 'files' && files.length < 2) {
    throw fileError(
      files[0]!,
      'the recording is a single file, so it cannot be cut between its files. Say the seconds at which a session begins.',
    );
  }
  const cuts =
    at === 'files'
      ? fileRows.slice(1).map((_, f) => fileRows.slice(0, f + 1).reduce((sum, count) => sum + count, 0))
      : at.map((seconds) => Math.round(seconds * sampleRateHz));
  const bounds = [0, ...cuts, rows];
  if (bounds.some((bound, i) => i > 0 && !(bound > bounds[i - 1]!))) {
    throw new DantError(
      'DANT_DATA',
      `Expected ascending seconds within the ${(rows / sampleRateHz).toFixed(1)} s of ${files.join(', ')} at which to split but found ${String(at)}.`,
    );
  }
  return bounds.slice(1).map((end, i) => ({ number: i + 1, of: bounds.length - 1, begin: bounds[i]!, end }));
}

/** A part of a recording as a recording of its own. */
export function partOfSource(source: RawSource, { begin, end }: Part): RawSource {
  return {
    rows: end - begin,
    columns: source.columns,
    read: (first, count, to, at, run) => source.read(begin + first, count, to, at, run),
    close: () => source.close(),
  };
}

/** Spikes of a part, counted from its beginning; ascending. */
export function spikesOfPart(spikes: Float64Array, { begin, end }: Part): Float64Array {
  return spikes.filter((spike) => spike >= begin && spike < end).map((spike) => spike - begin);
}

/** "part 2 of 3, 3600.0 to 7200.0 s" */
export function describePart({ number, of, begin, end }: Part, sampleRateHz: number): string {
  return `part ${number} of ${of}, ${(begin / sampleRateHz).toFixed(1)} to ${(end / sampleRateHz).toFixed(1)} s`;
}
