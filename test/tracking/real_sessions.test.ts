// Real chronic sessions (../shared/real): animals share no neurons, and where sessions of one animal connect is known.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

import { track, type TrackInput, type TrackResult } from '../../lib/index.js';
import { readNpz } from '../../lib/files/npz.js';
import { probabilistic } from '../groups.js';

const folder = fileURLToPath(new URL('../../../shared/real/', import.meta.url));
const sites = 384;
const samples = 61;

/** Sessions of the same number of samples on the sites of a Neuropixels 1.0 probe; sites that were not kept are empty. */
async function recording(names: readonly string[]): Promise<Exclude<TrackInput['data'], string>> {
  const waveforms: Float32Array[] = [];
  const sessions: number[] = [];
  const spikeTimesMs: Float64Array[] = [];
  for (const [s, name] of names.entries()) {
    const file = await readNpz(`${folder}${name}.npz`);
    const kept = file.sites!.data as Int32Array;
    const [units, channels, length] = file.waveforms!.shape as [number, number, number];
    const counts = file.waveforms!.data as Int16Array;
    const microvolts = Number((file.microvolts_per_count!.data as Float64Array)[0]);
    const times = file.spike_times_ms!.data as Float64Array;
    let at = 0;
    for (let unit = 0; unit < units; ++unit) {
      const full = new Float32Array(sites * samples);
      for (let c = 0; c < channels; ++c)
        for (let t = 0; t < samples; ++t)
          full[kept[c]! * samples + t] = microvolts * counts[(unit * channels + c) * length + t]!;
      waveforms.push(full);
      sessions.push(s + 1);
      const spikes = Number((file.spike_counts!.data as BigInt64Array)[unit]);
      spikeTimesMs.push(times.slice(at, at + spikes));
      at += spikes;
    }
  }
  const data = new Float32Array(waveforms.length * sites * samples);
  waveforms.forEach((waveform, unit) => {
    data.set(waveform, unit * sites * samples);
  });
  return {
    waveforms: { data, shape: [waveforms.length, sites, samples] },
    channelLocationsUm: {
      data: Float64Array.from({ length: 2 * sites }, (_, k) =>
        k % 2 === 0 ? [43, 11, 59, 27][(k >> 1) % 4]! : 20 * Math.floor((k >> 1) / 2) + 20,
      ),
      shape: [sites, 2],
    },
    sessions,
    spikeTimesMs,
  };
}

const connectionsOf = (result: TrackResult) => probabilistic(result.groups[0]).model.connections.pairs;

describe.skipIf(!existsSync(folder))('real sessions (needs ../shared/real)', () => {
  it('of different animals: nothing is matched', async () => {
    const result = await track({
      data: await recording(['T181_2018_06_08_bank1', 'T209_2019_05_10', 'T179_2019_01_23_bank0']),
    });
    expect(result.matchedPairs).toHaveLength(0);
    expect(connectionsOf(result).some(({ isConnected }) => isConnected)).toBe(false);
    expect(result.warnings.join('\n')).toMatch(/No two sessions have a neuron in common that the recording can show/);
  });

  it('of one animal, and one of another: those that connect are found, at their displacement', async () => {
    const result = await track({
      data: await recording(['T181_2018_06_15_bank1', 'T181_2018_06_19_bank1', 'T209_2019_05_10']),
    });
    const [own, stranger, other] = connectionsOf(result);
    expect(own).toMatchObject({ sessionA: 1, sessionB: 2, isConnected: true });
    expect(Math.abs(own!.displacementUm - 8)).toBeLessThan(4);
    expect(own!.chanceProbability).toBeLessThan(1e-20);
    expect(own!.matches).toBeGreaterThan(45);
    for (const pair of [stranger, other]) expect(pair).toMatchObject({ isConnected: false, matches: 0 });
  });
});
