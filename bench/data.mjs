// Made-up units for the benchmarks: as large as asked for, alike enough to real ones that every branch is taken, and the same
// in each run. For recordings with known neurons and drift, see "dant simulate".

/** Uniform numbers in (0, 1) (a linear congruential generator). */
export function uniform(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state + 0.5) / 2 ** 32;
  };
}

/** Channels of a Neuropixels 1.0 probe: (C, 2), four staggered columns, 20 µm from row to row. */
export function probe(channels) {
  return Float64Array.from({ length: 2 * channels }, (_, k) =>
    k % 2 === 0 ? [43, 11, 59, 27][(k >> 1) % 4] : 20 * Math.floor((k >> 1) / 2),
  );
}

/**
 * Units of `sessions` sessions, as many in each; unit i is neuron i mod (units / sessions). Returns their waveforms (N, C, T), and
 * session (1-based) and drift (µm) of each unit.
 */
export function units({ units: count, sessions, channels, samples }) {
  const random = uniform(1);
  const neurons = Math.ceil(count / sessions);
  const places = Array.from({ length: neurons }, () => ({
    xUm: 70 * random(),
    yUm: 10 * channels * random(),
    zUm: 10 + 30 * random(),
    amplitude: 4000 + 8000 * random(),
    widthSamples: 2 + 3 * random(),
    lateness: 4 + 8 * random(),
  }));
  const driftUm = Float64Array.from({ length: sessions }, () => 30 * random() - 15);
  const locationsUm = probe(channels);
  const waveforms = new Float32Array(count * channels * samples);
  const depthsUm = new Float64Array(count);
  const session = new Int32Array(count);
  const shape = new Float64Array(samples);
  // Noise is drawn once and read from ever new places: drawing takes longer than the benchmark.
  const noise = Float32Array.from({ length: 100_003 }, () => 4 * (random() + random() + random() - 1.5));
  for (let i = 0; i < count; ++i) {
    const { xUm, yUm, zUm, amplitude, widthSamples, lateness } = places[i % neurons];
    session[i] = 1 + Math.floor(i / neurons);
    depthsUm[i] = yUm + driftUm[session[i] - 1];
    for (let t = 0; t < samples; ++t) {
      const [early, late] = [t - samples / 3, t - samples / 3 - lateness].map((at) => at / widthSamples);
      shape[t] = -Math.exp(-early * early) + 0.4 * Math.exp((-late * late) / 4);
    }
    for (let c = 0, k = i * channels * samples, n = (i * 7919) % noise.length; c < channels; ++c) {
      const distanceUm = Math.hypot(xUm - locationsUm[2 * c], depthsUm[i] - locationsUm[2 * c + 1], zUm);
      // Far from a neuron there is nothing of it but noise, as in recordings.
      const peak = (amplitude / distanceUm) * Math.exp(-distanceUm / 80);
      for (let t = 0; t < samples; ++t, ++k) {
        n = n + 1 === noise.length ? 0 : n + 1;
        waveforms[k] = peak * shape[t] + noise[n];
      }
    }
  }
  const driftOfUnitUm = Float64Array.from(session, (s) => driftUm[s - 1]);
  return { waveforms, locationsUm, sessions: session, driftOfUnitUm };
}

/** The channel of each waveform (N, C, T) that has the largest range. */
export function peakChannels(waveforms, { units: count, channels, samples }) {
  return Int32Array.from({ length: count }, (_, unit) => {
    let peak = 0;
    let most = -1;
    for (let channel = 0; channel < channels; ++channel) {
      const from = (unit * channels + channel) * samples;
      const values = waveforms.subarray(from, from + samples);
      const range = Math.max(...values) - Math.min(...values);
      if (range > most) [peak, most] = [channel, range];
    }
    return peak;
  });
}

/** Spike trains with a refractory period, `rateHz` on average: { timesMs, offsets }. */
export function spikeTrains({ units: count, spikes, rateHz }) {
  const random = uniform(2);
  const timesMs = new Float64Array(count * spikes);
  for (let unit = 0, k = 0; unit < count; ++unit) {
    for (let spike = 0, now = 0; spike < spikes; ++spike, ++k) {
      now += 2 - (1000 / rateHz - 2) * Math.log(random());
      timesMs[k] = Math.round(30 * now) / 30;
    }
  }
  return { timesMs, offsets: Float64Array.from({ length: count + 1 }, (_, unit) => unit * spikes) };
}

/** Number of pairs of spikes of a unit that are at most windowMs apart. */
export function closePairs({ timesMs, offsets }, windowMs) {
  let pairs = 0;
  for (let unit = 0; unit + 1 < offsets.length; ++unit) {
    for (let last = offsets[unit], first = last; last < offsets[unit + 1]; ++last) {
      while (timesMs[last] - timesMs[first] > windowMs) ++first;
      pairs += last - first;
    }
  }
  return pairs;
}

/** Rows (N, L) in which unit i is like unit i mod neurons. */
export function rows({ units: count, neurons, length }) {
  const random = uniform(3);
  const own = Float64Array.from({ length: neurons * length }, random);
  const all = new Float64Array(count * length);
  for (let i = 0, k = 0; i < count; ++i)
    for (let t = 0; t < length; ++t, ++k) all[k] = own[(i % neurons) * length + t] + 0.5 * random();
  return all;
}

/** A symmetric matrix (N, N) of Fisher z; the units of a neuron (as above) are more alike than others. */
export function similarity({ units: count, neurons, seed }) {
  const random = uniform(seed);
  const matrix = new Float32Array(count * count);
  for (let i = 0; i < count; ++i) {
    matrix[i * count + i] = 6;
    for (let j = 0; j < i; ++j) {
      const z = (i % neurons === j % neurons ? 1.5 : 0) + 0.6 * (random() + random() - 1);
      matrix[i * count + j] = matrix[j * count + i] = z;
    }
  }
  return matrix;
}
