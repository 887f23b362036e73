// Recordings with known neurons that another project's code made: SpikeInterface's templates, or a real sorter's output on raw
// recordings of them (../shared/foreign, whose README.md says how they are made: its programs need Python).
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';

import { DantError, loadDataset, readNpy, readNpz, scoreResult, writeNpy } from '../../dist/index.js';
import { scorePairs } from '../../dist/score/pairs.js';
import { motionInside } from './motion_interval.mjs';
import { trackFolder } from './tracked.mjs';

/** Folders of recordings in a folder, or in its data/: those with a truth.npz, in order. */
export function foreignRecordings(folder) {
  const places = [folder, join(folder, 'data')].filter((place) => existsSync(place));
  const found = places
    .flatMap((place) => readdirSync(place).map((name) => join(place, name)))
    .filter((place) => existsSync(join(place, 'truth.npz')))
    .sort();
  if (found.length === 0)
    throw new DantError('DANT_DATA', `${folder}: expected folders with a truth.npz, here or in data/; found none.`);
  return found;
}

/** Yields { set, method, seconds, … } for each recording and method; `error` instead of a score if it failed. */
export async function* trackForeign({ recordings, methods, folder }) {
  for (const data of recordings) {
    const truth = await readNpz(join(data, 'truth.npz'));
    for (const method of methods) {
      yield { set: basename(data), method, ...(await trackAndScore({ data, truth, method, folder })) };
      if (truth.purity) {
        const set = `${basename(data)}, no common neurons`;
        yield { set, method, ...(await trackControls({ data, truth, method, folder })) };
      }
    }
  }
}

async function trackAndScore({ data, truth, method, folder }) {
  const output = join(folder, 'result');
  try {
    const seconds = await trackFolder(data, output, method);
    const inside = await motionInside(output, data, truth);
    return {
      seconds,
      motionInside: inside,
      ...(truth.purity ? await scoreSorted(data, output, truth) : await scoreTemplates(data, output)),
    };
  } catch (error) {
    return { error: error.message };
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

async function scoreTemplates(data, output) {
  const { foundPairs, correctPairs, units, truePairs, precision, recall, motion, confidence } = await scoreResult(
    output,
    data,
  );
  const { data: cluster } = await readNpy(join(output, 'IdxCluster.npy'), { as: 'float64' });
  return {
    units,
    truePairs,
    wrongPairs: foundPairs - correctPairs,
    precision,
    recall,
    matchedUnits: matchedShare(cluster),
    motion,
    confidence,
  };
}

const matchedShare = (cluster) => cluster.filter((label) => label > 0).length / cluster.length;

/**
 * Precision and recall over the units that are mostly one neuron; what is matched with the sorter's mixtures (neuron −1), of
 * which nobody knows which neuron they should be matched to, is counted apart.
 */
export async function scoreSorted(data, output, truth) {
  const neuron = Int32Array.from(truth.neuron.data, Number);
  const session = (await readNpy(join(data, 'session_index.npy'), { as: 'float64' })).data;
  const cluster = (await readNpy(join(output, 'IdxCluster.npy'), { as: 'float64' })).data;
  const isKnown = Array.from(neuron, (one) => one >= 0);
  const known = (values) => Array.from(values).filter((_, unit) => isKnown[unit]);
  const { truePairs, foundPairs, correctPairs, precision, recall } = scorePairs(
    known(cluster),
    known(neuron),
    known(session),
  );
  return {
    units: neuron.length,
    mixtures: isKnown.filter((one) => !one).length,
    truePairs,
    wrongPairs: foundPairs - correctPairs,
    precision,
    recall,
    matchedUnits: matchedShare(cluster),
    mixtureMatches: scorePairs(cluster, neuron, session).foundPairs - foundPairs,
  };
}

/**
 * Of each two sessions, the even neurons of one and the odd ones of the other: nothing to match. The units that are mostly one
 * neuron; a mixture may hold spikes of any.
 */
async function trackControls({ data, truth, method, folder }) {
  const dataset = await loadDataset(data);
  const [control, output] = [join(folder, 'control'), join(folder, 'result')];
  const counts = { seconds: 0, units: 0, matched: 0 };
  try {
    for (const chosen of disjointSessions(truth.neuron.data, dataset)) {
      await writeUnits(control, dataset, chosen);
      counts.seconds += await trackFolder(control, output, method);
      const { data: cluster } = await readNpy(join(output, 'IdxCluster.npy'), { as: 'float64' });
      counts.units += chosen.units.length;
      counts.matched += cluster.filter((label) => label > 0).length;
      for (const used of [control, output]) rmSync(used, { recursive: true });
    }
    return { ...counts, truePairs: 0, matchedUnits: counts.matched / counts.units };
  } catch (error) {
    return { error: error.message };
  } finally {
    for (const used of [control, output]) rmSync(used, { recursive: true, force: true });
  }
}

/** [{ units, sessions }]: sessions are numbered 1 and 2 */
function disjointSessions(neurons, { sessions, sessionCount }) {
  const all = [];
  for (let a = 1; a <= sessionCount; a++) {
    for (let b = 1; b <= sessionCount; b++) {
      if (a === b) continue;
      const isChosen = (unit) => sessions[unit] === (Number(neurons[unit]) % 2 === 0 ? a : b) && neurons[unit] >= 0;
      const units = Array.from(sessions.keys()).filter(isChosen);
      all.push({ units, sessions: units.map((unit) => (sessions[unit] === a ? 1 : 2)) });
    }
  }
  return all;
}

/** A data folder with some of the units. */
async function writeUnits(folder, { waveforms, channelLocationsUm, spikeTrains }, { units, sessions }) {
  const [, channels, samples] = waveforms.shape;
  const size = channels * samples;
  const data = new waveforms.data.constructor(units.length * size);
  units.forEach((unit, k) => data.set(waveforms.data.subarray(unit * size, (unit + 1) * size), k * size));
  mkdirSync(join(folder, 'spike_times'), { recursive: true });
  await writeNpy(join(folder, 'waveform_all.npy'), { data, shape: [units.length, channels, samples] });
  await writeNpy(join(folder, 'session_index.npy'), { data: Float64Array.from(sessions), shape: [units.length] });
  await writeNpy(join(folder, 'channel_locations.npy'), { data: channelLocationsUm, shape: [channels, 2] });
  for (const [k, unit] of units.entries()) {
    const times = spikeTrains.timesMs.slice(spikeTrains.offsets[unit], spikeTrains.offsets[unit + 1]);
    await writeNpy(join(folder, 'spike_times', `Unit${k}.npy`), { data: times, shape: [times.length] });
  }
}
