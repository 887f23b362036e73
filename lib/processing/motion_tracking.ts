import { doublesOf, requireInteger, requireNumber, requireObject, requireText, requireTexts } from '../arguments.js';
import { argumentError } from '../errors.js';
import { fileError } from '../files/file_error.js';
import { readText } from '../files/text_file.js';
import { parseRecords } from '../import/tables.js';
import { readDeepLabCutTable } from './deeplabcut_hdf5.js';
import { atEveryMs } from './frame_times.js';
import { tableEnding, writeTable } from './table_output.js';

/** Coordinates of body parts in the frames of a video, as DeepLabCut writes them. */
export interface TrackedParts {
  scorer: string;
  /** (P) */
  parts: string[];
  /** (frames, P, 3) x, y, likelihood; NaN: not there */
  values: Float64Array;
}

/** Coordinates of a lower likelihood are left out. */
const leastLikelihood = 0.05;

/** Reads the coordinates that DeepLabCut wrote of one animal, .h5 or .csv. Rejects with DANT_DATA if it is none. */
export async function readDeepLabCut(path: string): Promise<TrackedParts> {
  requireText('path', path);
  if (!/\.h5$/i.test(path)) return readTable(path);
  const { columns, values } = await readDeepLabCutTable(path);
  const isTriples = columns.every(
    (levels, c) => levels.length === 3 && levels[2] === triple[c % 3] && levels[1] === columns[c - (c % 3)]![1],
  );
  if (!isTriples || columns.length === 0 || columns.length % 3 !== 0) {
    throw fileError(path, 'expected x, y and likelihood of body parts of one animal.');
  }
  return { scorer: columns[0]![0]!, parts: columns.filter((_, c) => c % 3 === 0).map(([, part]) => part!), values };
}

const triple = ['x', 'y', 'likelihood'];

async function readTable(path: string): Promise<TrackedParts> {
  const [scorers, bodyparts, coords, ...rows] = parseRecords(path, await readText(path), ',');
  const isHead = scorers?.[0] === 'scorer' && bodyparts?.[0] === 'bodyparts' && coords?.[0] === 'coords';
  const isTriples = coords?.slice(1).every((name, i) => name === triple[i % 3]);
  if (!isHead || !isTriples || coords.length < 4) {
    throw fileError(
      path,
      'expected a table of DeepLabCut of one animal: lines scorer, bodyparts and coords (x, y, likelihood).',
    );
  }
  const width = coords.length - 1;
  const values = new Float64Array(rows.length * width);
  rows.forEach((row, f) => {
    for (let c = 0; c < width; c++) {
      const cell = row[c + 1] ?? '';
      const value = cell === '' ? NaN : Number(cell);
      if (Number.isNaN(value) && cell !== '' && cell.toLowerCase() !== 'nan') {
        throw fileError(path, `frame ${f}: expected a number but found "${cell}".`);
      }
      values[f * width + c] = value;
    }
  });
  return { scorer: scorers[1]!, parts: bodyparts.slice(1).filter((_, i) => i % 3 === 0), values };
}

/**
 * Writes coordinates at every ms of the cropped behaviour (`motion_tracking_<project>_N.h5`): columns `scorer`, `bodyparts`, `coords` (x, y),
 * y counted from the bottom of the video, unlikely ones left out, linear between frames. Rejects with DANT_OUTPUT.
 * @param times Of the frames, ms; see `frameTimes`
 * @param rows As many as the action labels have
 */
export async function writeMotionTracking(
  path: string,
  tracked: TrackedParts,
  times: Float64Array,
  rows: number,
  height: number,
): Promise<void> {
  tableEnding('path', path);
  const { scorer, parts, values } = trackedOf(tracked);
  times = doublesOf('times', times);
  requireInteger('rows', rows, 0);
  requireNumber('height', height);
  const frames = values.length / (3 * parts.length);
  const columns = 2 * parts.length;
  const points = new Float64Array(frames * columns);
  for (let f = 0; f < frames; f++) {
    for (let p = 0; p < parts.length; p++) {
      const [x, y, likelihood] = values.subarray(3 * (f * parts.length + p));
      const isSure = likelihood! >= leastLikelihood;
      points[f * columns + 2 * p] = isSure ? x! : NaN;
      points[f * columns + 2 * p + 1] = isSure ? height - y! : NaN;
    }
  }
  await writeTable(path, {
    columns: [
      { name: 'scorer', values: Array.from({ length: columns }, () => scorer) },
      { name: 'bodyparts', values: parts.flatMap((part) => [part, part]) },
      { name: 'coords', values: parts.flatMap(() => ['x', 'y']) },
    ],
    rows,
    type: 'float64',
    blocks: [atEveryMs(times, points, columns, rows)],
  });
}

function trackedOf(tracked: TrackedParts): TrackedParts {
  const { scorer, parts, ...given } = requireObject('tracked', tracked);
  requireText('tracked.scorer', scorer);
  requireTexts('tracked.parts', parts);
  const values = doublesOf('tracked.values', given.values);
  if (parts.length === 0 || values.length % (3 * parts.length) !== 0) {
    throw argumentError('tracked.values', `x, y and likelihood of each of ${parts.length} parts`, values);
  }
  return { scorer, parts, values };
}
