// Real chronic sessions, whose neurons are not known: what can be measured of a tracking all the same.
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { likenessTest } from '../../dist/evidence/likeness.js';
import { logIntervalHistograms } from '../../dist/evidence/intervals.js';
import { requireTrackedUnits } from '../../dist/evidence/read_units.js';
import { sessionPairs } from '../../dist/evidence/session_pairs.js';
import { readResult } from '../../dist/results/read_result.js';
import { ResultFolder } from '../../dist/results/result_folder.js';
import { loadDataset } from '../../dist/index.js';
import { buildRealSet, realSets } from './real_data.mjs';
import { trackFolder } from './tracked.mjs';

/**
 * Pairs of sessions that share neurons, and how far the tissue moved between them, µm: a displacement at which alike units
 * pile up and which others agree with (by aligned waveforms, without any tracker).
 */
const connected = {
  T181: { '1-4': 110, '1-5': 42, '2-3': 8, '4-5': -70 },
  mixed: { '2-3': 8 },
  'mixed-late': { '1-2': -70 },
};
const atDisplacementUm = 20;

/**
 * Yields { set, method, seconds, …measures } for each set and method; of the method without spike times only what that is for.
 * `folder` is used for the data and emptied again.
 */
export async function* trackReal({ archive, sets, methods, folder }) {
  const known = realSets(archive);
  for (const set of sets) {
    const data = join(folder, set);
    const animals = await buildRealSet(archive, known[set], data);
    const { spikeTrains } = await loadDataset(data);
    const intervals = logIntervalHistograms(spikeTrains);
    for (const method of methods) {
      const measured = async (useSpikeTimes) => {
        const output = join(folder, 'result');
        try {
          const seconds = await trackFolder(data, output, method, { useSpikeTimes });
          return { seconds, ...(await measureReal({ set, data, output, animals, intervals })) };
        } catch (error) {
          return { error: error.message };
        } finally {
          rmSync(output, { recursive: true, force: true });
        }
      };
      const own = await measured(true);
      // Without two sessions of an animal there is nothing to compare.
      const blind = isOneAnimalTwice(known[set]) ? await measured(false) : undefined;
      yield { set, method, ...own, withoutSpikeTimes: blind };
    }
    rmSync(data, { recursive: true });
  }
}

const isOneAnimalTwice = (sessions) => new Set(sessions.map((name) => name.split('_')[0])).size < sessions.length;

/** What a result folder is worth; `animals` (units), `intervals`: histograms of the units */
export async function measureReal({ set, data, output, animals, intervals }) {
  const result = await readResult(new ResultFolder(output), { dataFolder: data });
  const units = requireTrackedUnits(result);
  const animalOf = (session) => animals[units.sessions.indexOf(session)];
  const pairs = sessionPairs(units).map((pair) => ({
    ...pair,
    name: pair.sessions.join('-'),
    areStrangers: animalOf(pair.sessions[0]) !== animalOf(pair.sessions[1]),
  }));
  const same = pairs.filter(({ areStrangers }) => !areStrangers);
  const strangers = pairs.filter(({ areStrangers }) => areStrangers);
  const displaced = Object.entries(connected[set] ?? {});
  const isConnected = ({ name }) => connected[set]?.[name] !== undefined;
  const { auc, error, matched, medianMatched, medianNeighbours } = likenessTest(intervals, units, same);
  const { matches } = result;
  return {
    units: result.unitCount,
    matchedUnits: result.clusters.filter((cluster) => cluster > 0).length / result.unitCount,
    same: shareOf(same),
    strangers: shareOf(strangers),
    pairs: pairs.map(({ name, areStrangers, matches: found, displacementUm, atDisplacement }) => ({
      name,
      areStrangers,
      matches: found.length,
      displacementUm,
      atDisplacement,
    })),
    ...(displaced.length > 0 && {
      atDisplacement: displaced.reduce((sum, [name, um]) => sum + countAt(pairs, name, um, units.locationsUm), 0),
      connected: total(same.filter(isConnected)),
      unconnected: total(same.filter((pair) => !isConnected(pair))),
    }),
    // A test of the matches only if they were found without spike times.
    isi: { auc, error, matched, medianMatched, medianNeighbours },
    claimedWrong: matches?.falsePositiveRates?.[0],
  };
}

const total = (pairs) => pairs.reduce((sum, { matches }) => sum + matches.length, 0);

/** Matches as a share of the smaller session's units; undefined without pairs of sessions. */
function shareOf(pairs) {
  if (pairs.length === 0) return undefined;
  const units = pairs.reduce((sum, { units: [a, b] }) => sum + Math.min(a, b), 0);
  return { sessionPairs: pairs.length, matches: total(pairs), units, share: total(pairs) / units };
}

function countAt(pairs, name, um, locationsUm) {
  const depth = (unit) => locationsUm[3 * unit + 1];
  const { matches } = pairs.find((pair) => pair.name === name);
  return matches.filter(([i, j]) => Math.abs(depth(j) - depth(i) - um) < atDisplacementUm).length;
}

/**
 * Share of the matches within an animal that are wrong, if chance makes as many there as between animals: what is measured,
 * and the largest that the counts allow (95 %: Poisson bound of what was counted). Undefined where nothing can be said.
 */
export function wrongByStrangers({ same, strangers }) {
  if (!same || !strangers || same.matches === 0) return undefined;
  const asShare = (matches) => Math.min(1, matches / strangers.units / same.share);
  // Upper 97.5 % bound of a Poisson count (Wilson & Hilferty): within 1 % of the exact one.
  const k = strangers.matches + 1;
  const most = k * (1 - 1 / (9 * k) + 1.96 / (3 * Math.sqrt(k))) ** 3;
  return { measured: asShare(strangers.matches), most: asShare(most) };
}
