// Data folders of real chronic sessions, from the .npz files of their archive (../shared/real, see its README.md).
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { readNpz, writeNpy } from '../../dist/index.js';

const siteCount = 384;
/** Samples before the trough that waveforms keep when they are cut. */
const beforeTrough = 11;
/** Sites that the sorter dropped are filled from those nearer than this, by a Gaussian of this width, µm. */
const fillFromUm = 45;
const fillSigmaUm = 20;

/** Sets of our own besides those of the archive: another two connected sessions among strangers. */
const moreSets = {
  'mixed-late': [
    'T181_2018_08_03_bank1',
    'T181_2018_09_02_bank1',
    'T224_2019_12_18_bank0',
    'T209_2019_05_10',
    'T196_2019_04_24',
  ],
};

/** { set: names of its sessions } */
export function realSets(archive) {
  return { ...JSON.parse(readFileSync(join(archive, 'sets.json'), 'utf8')), ...moreSets };
}

/** Neuropixels 1.0: (384, 2) µm */
const siteLocationsUm = Float64Array.from({ length: 2 * siteCount }, (_, k) =>
  k % 2 === 0 ? [43, 11, 59, 27][(k >> 1) % 4] : 20 * (k >> 2) + 20,
);

/**
 * Writes the data folder of some sessions. Returns the animal of each unit, which is the beginning of its session's name; the
 * date in it gives session_days.npy.
 */
export async function buildRealSet(archive, sessions, folder) {
  const read = [];
  for (const name of sessions) read.push(await readNpz(join(archive, `${name}.npz`)));
  const samples = Math.min(...read.map(({ waveforms }) => waveforms.shape[2]));
  const counts = read.map(({ waveforms }) => waveforms.shape[0]);
  const units = counts.reduce((sum, count) => sum + count, 0);
  mkdirSync(join(folder, 'spike_times'), { recursive: true });
  const all = new Float32Array(units * siteCount * samples);
  let first = 0;
  for (const [k, session] of read.entries()) {
    all.set(fullWaveforms(session, samples), first * siteCount * samples);
    const spikeCounts = Array.from(session.spike_counts.data, Number);
    for (let unit = 0, at = 0; unit < counts[k]; at += spikeCounts[unit++]) {
      const data = session.spike_times_ms.data.slice(at, at + spikeCounts[unit]);
      await writeNpy(join(folder, 'spike_times', `Unit${first + unit}.npy`), { data, shape: [data.length] });
    }
    first += counts[k];
  }
  const perUnit = (of) => sessions.flatMap((name, k) => Array(counts[k]).fill(of(name, k)));
  const vector = (data) => ({ data, shape: [data.length] });
  await writeNpy(join(folder, 'waveform_all.npy'), { data: all, shape: [units, siteCount, samples] });
  await writeNpy(join(folder, 'session_index.npy'), vector(Int32Array.from(perUnit((_, k) => k + 1))));
  await writeNpy(join(folder, 'channel_locations.npy'), { data: siteLocationsUm, shape: [siteCount, 2] });
  await writeNpy(join(folder, 'session_days.npy'), vector(Float64Array.from(sessions, dayOf)));
  const animals = perUnit(animalOf);
  // What the archive's own evaluate_real.py reads.
  writeFileSync(join(folder, 'real.json'), JSON.stringify({ units: animals.map((animal) => [animal]) }));
  return animals;
}

const animalOf = (name) => name.split('_')[0];

function dayOf(name) {
  const [, year, month, day] = name.split('_').map(Number);
  return Date.UTC(year, month - 1, day) / 864e5;
}

/** (units, 384, samples) µV */
function fullWaveforms({ waveforms, sites, microvolts_per_count: scale }, samples) {
  const [units, kept, given] = waveforms.shape;
  const from = given > samples ? firstSample(waveforms, samples) : 0;
  const microvolts = Math.fround(Number(scale.data[0]));
  const full = new Float32Array(units * siteCount * samples);
  for (let row = 0; row < units * kept; row++) {
    const [unit, site] = [Math.floor(row / kept), Number(sites.data[row % kept])];
    const to = (unit * siteCount + site) * samples;
    for (let t = 0; t < samples; t++) full[to + t] = waveforms.data[row * given + from + t] * microvolts;
  }
  fillDropped(full, new Set(Array.from(sites.data, Number)), samples);
  return full;
}

/** Where waveforms are cut: so that the median unit has its trough at the 11th sample, as the short ones do. */
function firstSample({ data, shape: [units, kept, given] }, samples) {
  const troughs = Array.from({ length: units }, (_, unit) => {
    let best = { range: -1, at: 0 };
    for (let k = 0; k < kept; k++) {
      const row = data.subarray((unit * kept + k) * given, (unit * kept + k + 1) * given);
      const low = Math.min(...row);
      const range = Math.max(...row) - low;
      if (range > best.range) best = { range, at: row.indexOf(low) };
    }
    return best.at;
  }).sort((a, b) => a - b);
  const middle = units >> 1;
  const median = units % 2 === 1 ? troughs[middle] : Math.trunc((troughs[middle - 1] + troughs[middle]) / 2);
  return Math.min(Math.max(median - beforeTrough, 0), given - samples);
}

/** Dropped sites get the mean of their neighbours, in place; zero where there are none. */
function fillDropped(full, kept, samples) {
  const neighbours = (site) =>
    [...kept]
      .map((other) => ({ other, squared: squaredDistance(site, other) }))
      .filter(({ squared }) => squared < fillFromUm ** 2)
      .map(({ other, squared }) => ({ other, weight: Math.exp(-squared / (2 * fillSigmaUm ** 2)) }));
  for (let site = 0; site < siteCount; site++) {
    if (kept.has(site)) continue;
    const near = neighbours(site);
    const total = near.reduce((sum, { weight }) => sum + weight, 0);
    for (let unit = 0; unit < full.length; unit += siteCount * samples) {
      for (let t = 0; t < samples; t++) {
        let sum = 0;
        for (const { other, weight } of near) sum += weight * full[unit + other * samples + t];
        full[unit + site * samples + t] = total > 0 ? sum / total : 0;
      }
    }
  }
}

function squaredDistance(a, b) {
  const [dx, dy] = [0, 1].map((axis) => siteLocationsUm[2 * a + axis] - siteLocationsUm[2 * b + axis]);
  return dx ** 2 + dy ** 2;
}
