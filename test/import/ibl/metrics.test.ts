import { describe, expect, it } from 'vitest';

import { poissonExceeds } from '../../../lib/import/ibl/metrics/poisson.js';
import { unitMetrics } from '../../../lib/import/ibl/metrics/unit_metrics.js';

/** Numbers of 0 … 1 that Python makes as well. */
function* uniform(seed: number): Generator<number, never> {
  for (let state = seed; ;) {
    state = (1664525 * state + 1013904223) % 2 ** 32;
    yield state / 2 ** 32;
  }
}

interface Drawn {
  n: number;
  seed: number;
  rateHz: number;
  refractoryS: number;
}

/** Spikes at random after a refractory period, with Gaussian amplitudes, cut off below 85 µV if the seed is even. */
function drawSpikes({ n, seed, rateHz, refractoryS }: Drawn) {
  const random = uniform(seed);
  const draws = Array.from({ length: n }, () => Array.from({ length: 14 }, () => random.next().value));
  const amplitudes = draws
    .map((draw) => (1 + (draw.slice(0, 12).reduce((a, b) => a + b) - 6) * 0.2) * 1e-4)
    .filter((amplitude) => seed % 2 === 1 || amplitude > 0.85e-4);
  let time = 0;
  const timesS = Float64Array.from(amplitudes, (_, i) => (time += refractoryS - Math.log(1 - draws[i]![12]!) / rateHz));
  return {
    timesS,
    clusters: new Uint32Array(timesS.length),
    amplitudesV: Float64Array.from(amplitudes),
    depthsUm: new Float64Array(timesS.length),
  };
}

// Of ibllib 4.1.0 and slidingRP 1.1.1 with SciPy, of the same spikes.
const measured = [
  {
    n: 3000,
    seed: 1,
    rateHz: 20,
    refractoryS: 0.002,
    spike_count: 3000,
    missed_spikes_est: 0.00222720821734179,
    noise_cutoff: -0.9095827746665156,
    contamination: 0,
    contamination_alt: 0,
    max_confidence: 99.99999999222872,
    min_contamination: 1,
    n_spikes_below2: 1,
    slidingRP_viol: 1,
    slidingRP_viol_forced: 0,
  },
  {
    n: 6000,
    seed: 2,
    rateHz: 50,
    refractoryS: 0,
    spike_count: 4612,
    missed_spikes_est: 0.3981020235602803,
    noise_cutoff: 7.25082011956777,
    contamination: 0.45286308522027047,
    contamination_alt: 0.3405167829031304,
    max_confidence: 0,
    min_contamination: NaN,
    n_spikes_below2: 463,
    slidingRP_viol: 0,
    slidingRP_viol_forced: 0,
  },
  {
    n: 900,
    seed: 3,
    rateHz: 5,
    refractoryS: 0.004,
    spike_count: 900,
    missed_spikes_est: 0.004080479483075938,
    noise_cutoff: -1.1514402009400455,
    contamination: 0,
    contamination_alt: 0,
    max_confidence: 97.45795166793317,
    min_contamination: 6.5,
    n_spikes_below2: 0,
    slidingRP_viol: 1,
    slidingRP_viol_forced: 0,
  },
  {
    n: 20000,
    seed: 4,
    rateHz: 60,
    refractoryS: 0.003,
    spike_count: 15319,
    missed_spikes_est: 0.34334537715172103,
    noise_cutoff: 15.608474876537425,
    contamination: 0,
    contamination_alt: 0,
    max_confidence: 100,
    min_contamination: 0.5,
    n_spikes_below2: 0,
    slidingRP_viol: 1,
    slidingRP_viol_forced: 0,
  },
];

describe('metrics of units', () => {
  it.each(measured)('are those of ibllib: $spike_count spikes', ({ n, seed, rateHz, refractoryS, ...wanted }) => {
    const metrics = unitMetrics(drawSpikes({ n, seed, rateHz, refractoryS }), 1);
    for (const [name, value] of Object.entries(wanted)) {
      const found = metrics[name as keyof typeof metrics][0]!;
      if (Number.isNaN(value)) expect(found, name).toBeNaN();
      else expect(Math.abs(found - value), name).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)));
    }
  });

  it('refuse spikes that cannot be', () => {
    const spikes = drawSpikes({ n: 10, seed: 1, rateHz: 5, refractoryS: 0 });
    const clusters = new Uint32Array(10).fill(3);
    expect(() => unitMetrics({ ...spikes, clusters }, 3)).toThrow(/Spike 0 is of cluster 3, but .* 0 to 2/);
    expect(() => unitMetrics({ ...spikes, timesS: spikes.timesS.toReversed() }, 1)).toThrow(/spike 1 is not/);
    const none = new Float64Array();
    const noSpikes = { timesS: none, clusters: new Uint32Array(), amplitudesV: none, depthsUm: none };
    expect(() => unitMetrics(noSpikes, 1)).toThrow(/there are no spikes/);
  });
});

describe('the probability of more than a Poisson count', () => {
  it.each([
    [0, 1e-9],
    [0, 3],
    [3, 0.2],
    [10, 10],
    [40, 39.5],
    [700, 650],
    [120, 300],
  ])('of %i with mean %f is one minus the sum of its terms', (count, mean) => {
    let term = Math.exp(-mean);
    let sum = term;
    for (let k = 1; k <= count; k++) sum += term *= mean / k;
    expect(poissonExceeds(count, mean)).toBeCloseTo(1 - sum, 11);
  });

  it('is right where terms vanish (SciPy: poisson.sf)', () => {
    expect(poissonExceeds(70_000, 70_000)).toBeCloseTo(0.49899476177647284, 9);
    expect(poissonExceeds(5, 0)).toBe(0);
  });
});
