import { motionAt, type Motion } from '../recording/motion.js';
import { peakToTroughUv, type Source } from './field.js';
import type { Probe } from './probe.js';
import { Random } from '../random.js';
import { stream } from './streams.js';
import type { SimulationParameters } from './table.js';

/** How a neuron fires; see `spikeTrain`. */
export interface Firing {
  rateHz: number;
  refractoryMs: number;
  /** Probability that the next spike belongs to a burst, and the median interval within one. */
  burstProbability: number;
  burstIntervalMs: number;
  /** Regularity of the other intervals: shape of a gamma distribution, 1 (Poisson) and more. */
  regularity: number;
  /** Rhythm: frequency, and depth of the modulation (0: none, 1: silent in the trough). */
  rhythmHz: number;
  rhythmDepth: number;
}

/** A neuron as it would be in a session without motion or change. */
export interface Neuron {
  /** Shank, from 1. */
  shank: number;
  /** Position of the soma, µm: across the probe, depth, distance from the probe's plane. */
  xUm: number;
  yUm: number;
  zUm: number;
  /** µV·µm */
  strength: number;
  delayAboveMsPerUm: number;
  delayBelowMsPerUm: number;
  sources: Source[];
  firing: Firing;
}

const medianAmplitudeUv = 140;

/**
 * Neuron number `index`. Extracellular spikes: a strong sink at the soma and two weaker, spread-out ones along the
 * dendrites, later and broader on one side, earlier and narrower on the other; each falls off with 1/distance (point
 * source in a homogeneous medium; Gold et al. 2006, Buzsáki et al. 2012). A quarter of the cells spike narrowly, as
 * interneurons do; one in thirty is seen with inverted sign.
 */
export function makeNeuron(parameters: SimulationParameters, probe: Probe, index: number): Neuron {
  const { seed, depthUm } = parameters;
  const random = new Random(seed, stream.neuron, index);
  const shank = 1 + random.index(probe.shanks);
  const across = probe.xUm.filter((_, c) => probe.shank[c] === shank);
  const neuron: Neuron = {
    shank,
    xUm: random.uniform(Math.min(...across) - 8, Math.max(...across) + 8),
    yUm: random.uniform(depthUm[0] ?? probe.shallowestUm, depthUm[1] ?? probe.deepestUm),
    zUm: Math.min(80, 8 + random.logNormal(14, 0.55)),
    strength: 1,
    delayAboveMsPerUm: 0.001 * (0.5 + random.normal()),
    delayBelowMsPerUm: 0.001 * (0.3 + random.normal()),
    sources: makeSources(random),
    firing: makeFiring(random, parameters.firingRateHz),
  };
  const amplitudeUv = Math.min(1000, Math.max(40, random.logNormal(medianAmplitudeUv, 0.55)));
  neuron.strength = amplitudeUv / peakToTroughUv(neuron, probe, parameters);
  return neuron;
}

function makeSources(random: Random): Source[] {
  const narrow = random.chance(0.25);
  const sign = random.chance(1 / 30) ? -1 : 1;
  const troughMs = narrow ? random.uniform(0.06, 0.085) : random.uniform(0.075, 0.14);
  const peakDelayMs = narrow ? random.uniform(0.28, 0.45) : random.uniform(0.4, 0.7);
  const soma: Source = {
    xUm: 0,
    yUm: 0,
    zUm: 0,
    gain: sign,
    delayMs: 0,
    troughMs,
    peakDelayMs,
    peakRatio: narrow ? random.uniform(0.35, 0.8) : random.uniform(0.15, 0.5),
    onsetRatio: random.uniform(0, 0.12),
  };
  // Conduction along the dendrites, 0.3 to 1.5 m/s; 1 m/s = 1000 µm/ms.
  const speedUmPerMs = 1000 * random.uniform(0.3, 1.5);
  const apicalUm = (random.chance(0.7) ? 1 : -1) * random.uniform(20, 80);
  const apical: Source = {
    ...soma,
    xUm: 10 * random.normal(),
    yUm: apicalUm,
    zUm: 6 * random.normal(),
    gain: sign * random.uniform(0.1, 0.6),
    delayMs: Math.abs(apicalUm) / speedUmPerMs,
    troughMs: troughMs * random.uniform(1.1, 1.6),
    peakDelayMs: peakDelayMs * random.uniform(1, 1.3),
    peakRatio: random.uniform(0.1, 0.9),
    onsetRatio: random.uniform(0, 0.3),
  };
  const basalUm = -Math.sign(apicalUm) * random.uniform(10, 45);
  const basal: Source = {
    ...soma,
    xUm: 10 * random.normal(),
    yUm: basalUm,
    zUm: 6 * random.normal(),
    gain: sign * random.uniform(-0.2, 0.35),
    delayMs: -random.uniform(0, 0.06),
    troughMs: troughMs * random.uniform(0.75, 1),
    peakDelayMs: peakDelayMs * random.uniform(0.7, 1),
    peakRatio: random.uniform(0.1, 0.8),
  };
  return [soma, apical, basal];
}

function makeFiring(random: Random, medianRateHz: number): Firing {
  const bursting = random.chance(0.35);
  const rhythmic = random.chance(0.2);
  return {
    rateHz: Math.min(12 * medianRateHz, Math.max(0.25 * medianRateHz, random.logNormal(medianRateHz, 0.75))),
    refractoryMs: random.uniform(1.5, 4),
    burstProbability: bursting ? random.uniform(0.08, 0.4) : random.uniform(0, 0.04),
    burstIntervalMs: random.logNormal(6, 0.5),
    regularity: random.logNormal(2.5, 0.35),
    rhythmHz: Math.exp(random.uniform(Math.log(4), Math.log(15))),
    rhythmDepth: rhythmic ? random.uniform(0.3, 0.8) : 0,
  };
}

/** A neuron as it is in a session (from 0): moved with the tissue and a little on its own, and slightly changed. */
export function neuronInSession(
  parameters: SimulationParameters,
  motion: Motion,
  neuron: Neuron,
  index: number,
  session: number,
): Neuron {
  const { seed, jitterUm, amplitudeChange, shapeChange } = parameters;
  const random = new Random(seed, stream.day, index, session);
  const vary = (value: number, by: number) => random.logNormal(value, by);
  return {
    shank: neuron.shank,
    xUm: neuron.xUm + jitterUm * random.normal(),
    yUm: neuron.yUm + motionAt(motion, session + 1, neuron.yUm) + jitterUm * random.normal(),
    zUm: Math.max(5, neuron.zUm + jitterUm * random.normal()),
    strength: vary(neuron.strength, amplitudeChange),
    delayAboveMsPerUm: vary(neuron.delayAboveMsPerUm, shapeChange),
    delayBelowMsPerUm: vary(neuron.delayBelowMsPerUm, shapeChange),
    sources: neuron.sources.map((source, k) => ({
      ...source,
      gain: k === 0 ? source.gain : vary(source.gain, shapeChange),
      troughMs: vary(source.troughMs, 0.3 * shapeChange),
      peakDelayMs: vary(source.peakDelayMs, 0.3 * shapeChange),
      peakRatio: vary(source.peakRatio, shapeChange),
      onsetRatio: vary(source.onsetRatio, shapeChange),
    })),
    firing: {
      ...neuron.firing,
      rateHz: vary(neuron.firing.rateHz, 0.15),
      burstProbability: Math.min(0.6, vary(neuron.firing.burstProbability, 0.15)),
      regularity: Math.max(1, vary(neuron.firing.regularity, 0.1)),
    },
  };
}
