import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { readNpy } from '../files/npy.js';
import { readJson } from '../files/text_file.js';
import { importFile } from '../import/units_table.js';
import { motionAt } from '../recording/motion.js';
import type { TrackResult } from '../tracking/result.js';
import { sessionsInCommon } from './strangers.js';
import type { ResultFacts } from './task_state.js';

/**
 * What the summary of a study shows of a result.
 * @param data The folder that it was made of
 */
export async function factsOf(result: TrackResult, data: string): Promise<ResultFacts> {
  const { clusters, clusterCount, groups } = result;
  const { data: sessionOf } = await readNpy(join(data, 'session_index.npy'), { as: 'float64' });
  const sessions = sessionOf.reduce((most, session) => Math.max(most, session), 0);
  const sessionsOfNeuron = Array.from({ length: clusterCount }, (): number[] => []);
  clusters.forEach((cluster, unit) => {
    if (cluster > 0) sessionsOfNeuron[cluster - 1]!.push(sessionOf[unit]!);
  });
  const followed = new Array<number>(sessions + 1).fill(0);
  for (const { length } of sessionsOfNeuron) followed[length] = (followed[length] ?? 0) + 1;
  const rates = groups.flatMap((group) =>
    group.method === 'probabilistic' && !Number.isNaN(group.model.falsePositiveRate)
      ? [group.model.falsePositiveRate]
      : [],
  );
  return {
    units: clusters.length,
    sessions,
    sessionNames: await sessionNames(data),
    neurons: clusterCount,
    matchedUnits: clusters.filter((cluster) => cluster > 0).length,
    followed,
    daysFollowed: await daysFollowed(data, sessions, sessionsOfNeuron),
    motionUm: motionRange(result),
    falsePositiveRate: rates.length === 0 ? null : Math.max(...rates),
    inCommon: sessionsInCommon(groups) ?? null,
    intervals: null,
  };
}

/** Where the sessions of imported data are from; empty: not known. */
async function sessionNames(data: string): Promise<string[]> {
  const path = join(data, importFile);
  if (!existsSync(path)) return [];
  const record = (await readJson(path, '"dant import" writes')) as {
    sessions?: { session: number | null; folder: string }[];
  };
  return (record.sessions ?? []).filter(({ session }) => session !== null).map(({ folder }) => folder);
}

/** Days from the first to the last session of each neuron: median and longest; null: session_days.npy does not tell. */
async function daysFollowed(
  data: string,
  sessions: number,
  sessionsOfNeuron: readonly number[][],
): Promise<ResultFacts['daysFollowed']> {
  const path = join(data, 'session_days.npy');
  if (!existsSync(path) || sessionsOfNeuron.length === 0) return null;
  const { data: days } = await readNpy(path, { as: 'float64' });
  if (days.length !== sessions || !days.every(Number.isFinite)) return null;
  const spans = sessionsOfNeuron
    .map((list) => list.map((session) => days[session - 1]!))
    .map((list) => Math.max(...list) - Math.min(...list))
    .sort((a, b) => a - b);
  return { median: spans[spans.length >> 1]!, longest: spans.at(-1)! };
}

/** Smallest and largest motion over sessions and shanks, at the median depth of the units of each. */
function motionRange({ groups, features }: TrackResult): [number, number] | null {
  const motions = groups.flatMap(({ motion, units }) => {
    const depths = Array.from(units, (unit) => features.locationsUm[3 * unit + 1]!);
    const middle = depths.sort((a, b) => a - b)[Math.floor(depths.length / 2)];
    return middle === undefined ? [] : Array.from(motion.constantUm, (_, s) => motionAt(motion, s + 1, middle));
  });
  return motions.length === 0 ? null : [Math.min(...motions), Math.max(...motions)];
}
