import type { Firing } from './neuron.js';
import type { Random } from '../random.js';

/**
 * A spike train of `durationS`, at least one spike: sorted times in ms, on the recording's samples. A renewal process
 * that mixes burst intervals and regular ones (refractory time plus a gamma-distributed rest), with the regular
 * spikes thinned by a rhythm. Its autocorrelogram is the neuron's signature.
 */
export function spikeTrain(random: Random, firing: Firing, durationS: number, sampleRateHz: number): Float64Array {
  const { refractoryMs, burstProbability, burstIntervalMs, regularity, rhythmHz, rhythmDepth } = firing;
  const durationMs = durationS * 1000;
  const onSample = (timeMs: number) => (Math.round((timeMs * sampleRateHz) / 1000) * 1000) / sampleRateHz;
  const kept = 1 / (1 + rhythmDepth);
  const meanMs = 1000 / firing.rateHz;
  const burstMs = burstProbability * (refractoryMs + burstIntervalMs);
  // Mean of the regular intervals, before the thinning, that gives the rate.
  const regularMs = (kept * (meanMs - burstMs)) / (1 - burstProbability);
  const restMs = Math.max(refractoryMs, regularMs - refractoryMs);
  const phase = random.uniform(0, 2 * Math.PI);
  const radiansPerMs = (2 * Math.PI * rhythmHz) / 1000;
  const times: number[] = [];
  let time = random.uniform(0, Math.min(meanMs, durationMs));
  while (time < durationMs) {
    times.push(onSample(time));
    if (random.chance(burstProbability)) {
      time += refractoryMs + random.logNormal(burstIntervalMs, 0.3);
      continue;
    }
    do {
      time += refractoryMs + restMs * random.gamma(regularity);
    } while (rhythmDepth > 0 && !random.chance(kept * (1 + rhythmDepth * Math.cos(radiansPerMs * time + phase))));
  }
  return Float64Array.from(times);
}

/**
 * The spikes that go to one of the two units into which a sorter splits a neuron: those that follow another one
 * closely, with their smaller amplitude, more often to the second. The same generator state divides a train without
 * rest.
 * @param share Share of the first unit, 0 … 1.
 * @param part 0 or 1.
 */
export function partOfTrain(random: Random, train: Float64Array, share: number, part: 0 | 1): Float64Array {
  const burstMs = 15;
  const inPart = train.filter((time, i) => {
    const close = i > 0 && time - train[i - 1]! < burstMs;
    return random.chance(close ? 0.6 * share : share) === (part === 0);
  });
  return inPart.length > 0 ? inPart : train.slice(-1);
}

/** A train with `count` spikes of another one among its own, or all if there are fewer; sorted. */
export function mixTrains(random: Random, own: Float64Array, other: Float64Array, count: number): Float64Array {
  const taken = random.permutation(other.length).subarray(0, count);
  const mixed = new Float64Array(own.length + taken.length);
  mixed.set(own);
  taken.forEach((spike, k) => {
    mixed[own.length + k] = other[spike]!;
  });
  return mixed.sort();
}

/** A train with more spikes, those left out that would follow another one within the refractory time; sorted, on samples. */
export function withSpikes(
  train: Float64Array,
  more: readonly number[],
  refractoryMs: number,
  sampleRateHz: number,
): Float64Array {
  const onSample = (timeMs: number) => (Math.round((timeMs * sampleRateHz) / 1000) * 1000) / sampleRateHz;
  let last = -Infinity;
  return Float64Array.from([...train, ...more.map(onSample)])
    .sort()
    .filter((time) => {
      if (time - last < refractoryMs) return false;
      last = time;
      return true;
    });
}
