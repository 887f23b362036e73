import { describe, expect, it } from 'vitest';

import { motionAt } from '../../lib/recording/motion.js';
import { correlation, makeAll, median } from './recording.js';

describe('simulated waveforms', () => {
  const { recording, units } = makeAll({ neurons: 60, channels: 192, driftUm: 60, depthDriftUmPerMm: 10, seed: 5 });
  const { probe, motion, neurons } = recording;
  const { samples } = recording.parameters;

  it('are largest beside the neuron, where the motion has put it', () => {
    for (const { neuron, session, peakChannel, locationUm } of units) {
      const home = neurons[neuron]!.yUm;
      const expected = home + motionAt(motion, session + 1, home);
      expect(Math.abs(locationUm[1] - expected)).toBeLessThan(5);
      // Rows are 20 µm apart, and the dendrites may outdo the soma.
      expect(Math.abs(probe.yUm[peakChannel]! - expected)).toBeLessThan(90);
    }
    const offsets = units.map(({ peakChannel, locationUm }) => Math.abs(probe.yUm[peakChannel]! - locationUm[1]));
    expect(median(offsets)).toBeLessThan(12);
  });

  it('move with the true drift: depths of two sessions differ by its difference', () => {
    // Centre of the squared amplitudes near the peak; its offset from the soma is the same in every session.
    const depth = ({ amplitudesUv, peakChannel }: (typeof units)[number]) => {
      let sum = 0;
      let weighted = 0;
      for (let c = 0; c < amplitudesUv.length; c++) {
        if (Math.abs(probe.yUm[c]! - probe.yUm[peakChannel]!) > 80) continue;
        sum += amplitudesUv[c]! ** 2;
        weighted += amplitudesUv[c]! ** 2 * probe.yUm[c]!;
      }
      return weighted / sum;
    };
    const inner = units.filter(({ locationUm }) => locationUm[1] > 200 && locationUm[1] < probe.deepestUm - 200);
    for (let b = 1; b < 6; b++) {
      const errors: number[] = [];
      for (const first of inner.filter(({ session }) => session === 0)) {
        const second = inner.find(({ neuron, session }) => session === b && neuron === first.neuron);
        if (second === undefined) continue;
        const home = neurons[first.neuron]!.yUm;
        const expected = motionAt(motion, b + 1, home) - motionAt(motion, 1, home);
        errors.push(depth(second) - depth(first) - expected);
      }
      expect(errors.length).toBeGreaterThan(15);
      expect(Math.abs(median(errors))).toBeLessThan(4);
    }
  });

  it('decay with distance about as 1/r does, and faster far away', () => {
    const ratio = (from: number, to: number) =>
      median(
        units.flatMap(({ amplitudesUv, peakChannel }) =>
          [...amplitudesUv.keys()]
            .filter((c) => {
              const r = Math.hypot(probe.xUm[c]! - probe.xUm[peakChannel]!, probe.yUm[c]! - probe.yUm[peakChannel]!);
              return r >= from && r < to;
            })
            .map((c) => amplitudesUv[c]! / amplitudesUv[peakChannel]!),
        ),
      );
    // The bounds hold the medians of the reference recordings (0.75, 0.45, 0.31, 0.14; noise included).
    expect(ratio(15, 38)).toBeGreaterThan(0.6);
    expect(ratio(15, 38)).toBeLessThan(0.85);
    expect(ratio(45, 60)).toBeGreaterThan(0.35);
    expect(ratio(45, 60)).toBeLessThan(0.55);
    expect(ratio(60, 90)).toBeGreaterThan(0.2);
    expect(ratio(60, 90)).toBeLessThan(0.4);
    expect(ratio(120, 200)).toBeLessThan(0.2);
  });

  it('have amplitudes as in recordings, and troughs where they are aligned', () => {
    const largest = units.map(({ amplitudesUv, peakChannel }) => amplitudesUv[peakChannel]!);
    expect(median(largest)).toBeGreaterThan(100);
    expect(median(largest)).toBeLessThan(220);
    expect(Math.min(...largest)).toBeGreaterThan(25);
    expect(Math.max(...largest)).toBeLessThan(1500);
    const onTime = units.filter(({ waveform, peakChannel }) => {
      const trace = waveform.subarray(peakChannel * samples, (peakChannel + 1) * samples);
      return Math.abs(trace.indexOf(Math.min(...trace)) - 20) <= 3;
    });
    expect(onTime.length / units.length).toBeGreaterThan(0.9);
  });

  it('stay like themselves over the sessions, and differ between neurons', () => {
    const { recording: still, units: all } = makeAll({ neurons: 30, driftUm: 0, jitterUm: 0.5, seed: 6 });
    const same: number[] = [];
    const different: number[] = [];
    const { probe: sites, parameters } = still;
    // What both units have on the channels around the first one's peak.
    const alike = (a: (typeof all)[number], b: (typeof all)[number]) => {
      const near = (_: number, i: number) =>
        Math.abs(sites.yUm[Math.floor(i / parameters.samples)]! - sites.yUm[a.peakChannel]!) <= 100;
      return correlation(a.waveform.filter(near), b.waveform.filter(near));
    };
    for (const [i, a] of all.entries()) {
      for (const b of all.slice(0, i)) {
        if (a.session === b.session || Math.abs(a.locationUm[1] - b.locationUm[1]) > 100) continue;
        (a.neuron === b.neuron ? same : different).push(alike(a, b));
      }
    }
    expect(still.motion.constantUm.every((value) => value === 0)).toBe(true);
    expect(median(same)).toBeGreaterThan(0.97);
    expect(median(different)).toBeLessThan(0.8);
  });

  it('are unchanged from day to day, but for the noise, when nothing changes', () => {
    const { units: all } = makeAll({
      neurons: 5,
      presence: 1,
      driftUm: 0,
      jitterUm: 0,
      noiseUv: 0,
      amplitudeChange: 0,
      shapeChange: 0,
    });
    for (const unit of all) {
      expect(unit.waveform).toEqual(all.find(({ neuron }) => neuron === unit.neuron)!.waveform);
    }
  });

  it('carry white noise of the size asked for', () => {
    const options = { neurons: 12, sessions: 2, presence: 1, seed: 8 };
    const clean = makeAll({ ...options, noiseUv: 0 }).units;
    const noisy = makeAll({ ...options, noiseUv: 7 }).units;
    let squares = 0;
    let lagged = 0;
    let count = 0;
    for (const [k, unit] of noisy.entries()) {
      const noise = unit.waveform.map((value, i) => value - clean[k]!.waveform[i]!);
      for (let i = 1; i < noise.length; i++) {
        squares += noise[i]! ** 2;
        lagged += noise[i]! * noise[i - 1]!;
        count++;
      }
    }
    expect(Math.sqrt(squares / count)).toBeCloseTo(7, 1);
    expect(Math.abs(lagged / squares)).toBeLessThan(0.01);
  });

  it('lie within the depths asked for', () => {
    const { recording: crowded } = makeAll({ neurons: 50, depthUm: [200, 400] });
    expect(crowded.neurons.every(({ yUm }) => yUm >= 200 && yUm <= 400)).toBe(true);
  });
});
