import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

import { fileError } from '../files/file_error.js';
import { readJson, replaceText } from '../files/text_file.js';
import type { ClockMap } from '../sync/clock_map.js';

const lag = z.object({ lag_start: z.number().int().nullable(), lag_end: z.number().int().nullable() });
const lags = z.array(lag);
/**
 * Of a recording, in ms. `lag_start` > 0: the behaviour began so much earlier than the probe; < 0: the probe did. `lag_end` > 0: the
 * behaviour went on so much longer. null: not known.
 */
export type Lag = z.infer<typeof lag>;

/** `lag.json` of a session: an object for each recording, as many as there are. Rejects with DANT_DATA if it is damaged. */
export async function readLags(processed: string, recordings: number): Promise<Lag[]> {
  const path = join(processed, 'lag.json');
  const read = existsSync(path) ? await readJson(path, 'lists the lag of each recording') : [];
  const { data, error } = lags.safeParse(read);
  if (error) {
    throw fileError(
      path,
      'expected a list with {"lag_start": ms, "lag_end": ms} for each recording. Correct or remove it.',
    );
  }
  return Array.from(
    { length: Math.max(recordings, data.length) },
    (_, k) => data[k] ?? { lag_start: null, lag_end: null },
  );
}

export async function writeLag(processed: string, recordings: number, index: number, value: Lag): Promise<void> {
  const all = await readLags(processed, recordings);
  all[index] = value;
  await replaceText(join(processed, 'lag.json'), `${JSON.stringify(all)}\n`);
}

const clocks = z.array(
  z
    .looseObject({
      lag_ms: z.number(),
      match_percent: z.number(),
      clock: z.looseObject({ offset_s: z.number(), scale: z.number().positive() }).nullable(),
    })
    .nullable(),
);

/** `behaviour s = offsetS + scale · probe s` */
export interface ClockLine {
  offsetS: number;
  scale: number;
}

/** What `sync.json` says of a recording. */
export interface SyncRecord {
  /** The lag that was found with the map: `lag_start` of `lag.json`, unless that was corrected since */
  lagMs: number;
  matchPercent: number;
  /** null: too few changes of the signals to tell */
  clock: ClockLine | null;
}

/** `sync.json` of a session; undefined where a recording was not synchronised by its signals. */
export async function readSyncs(processed: string): Promise<(SyncRecord | undefined)[]> {
  const path = join(processed, 'sync.json');
  if (!existsSync(path)) return [];
  const { data, error } = clocks.safeParse(await readJson(path, 'dant pixels process writes'));
  if (error) throw fileError(path, 'this is not as "dant pixels process" writes it. Remove it and synchronise anew.');
  return data.map((entry) =>
    entry === null
      ? undefined
      : {
          lagMs: entry.lag_ms,
          matchPercent: entry.match_percent,
          clock: entry.clock && { offsetS: entry.clock.offset_s, scale: entry.clock.scale },
        },
  );
}

/** Writes the entry of a recording. */
export async function writeSync(
  processed: string,
  index: number,
  { lagMs, matchPercent, clock }: { lagMs: number; matchPercent: number; clock: ClockMap | undefined },
): Promise<void> {
  const path = join(processed, 'sync.json');
  const read = existsSync(path) ? await readJson(path, 'dant pixels process writes') : [];
  const all: unknown[] = Array.isArray(read) ? read : [];
  while (all.length <= index) all.push(null);
  all[index] = {
    lag_ms: lagMs,
    match_percent: matchPercent,
    clock: clock
      ? {
          offset_s: clock.offsetS,
          scale: clock.scale,
          drift_ppm: clock.driftPpm,
          edges: clock.edges,
          matched: clock.matched,
          residual_us: clock.residualUs,
        }
      : null,
  };
  await replaceText(path, `${JSON.stringify(all, null, 1)}\n`);
}

/**
 * The time in ms since the first row of the cropped behaviour of what the probe recorded at `probeMs` of its own: by the
 * lag, or by the clock map where one is given.
 */
export function rowMs(probeMs: number, lagStartMs: number, clock?: ClockLine): number {
  if (clock === undefined) return probeMs + Math.min(lagStartMs, 0);
  return 1000 * clock.offsetS + clock.scale * probeMs - Math.max(lagStartMs, 0);
}

/** The other way round: the probe's own time of a row. */
export function probeMsAt(row: number, lagStartMs: number, clock?: ClockLine): number {
  if (clock === undefined) return row - Math.min(lagStartMs, 0);
  return (row + Math.max(lagStartMs, 0) - 1000 * clock.offsetS) / clock.scale;
}
