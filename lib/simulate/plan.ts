import { motionAt } from '../recording/motion.js';
import { DantError } from '../errors.js';
import type { Neuron } from './neuron.js';
import { Random } from '../random.js';
import { stream } from './streams.js';
import type { Recording } from './recording.js';
import type { SimulationParameters } from './table.js';

/** What the sorter did wrong with a unit. */
export const faults = { none: 0, split: 1, mixed: 2 } as const;

/** One unit of the recording, before its waveform and spikes are made. */
export interface PlannedUnit {
  /** Session, from 0. */
  session: number;
  /** The neuron it belongs to; of a mixture, the one with most spikes. */
  neuron: number;
  fault: (typeof faults)[keyof typeof faults];
  /** Of a split unit: the first or the second part. */
  part: 0 | 1;
  /** Of a mixture: the other neuron; else −1. */
  other: number;
}

/** How far beyond the last channel a neuron may lie and still be found by the sorter. */
const reachUm = 10;
/** How far apart two neurons may be and still be mixed by the sorter. */
const mixingUm = 75;

/**
 * All units, session after session, in random order within a session. In each, the same number of neurons is active,
 * drawn at random; those that drift beyond the channels are not recorded.
 * @throws DANT_ARGUMENT if a session would have no unit.
 */
export function planUnits(recording: Recording): PlannedUnit[] {
  const { parameters, neurons } = recording;
  const { seed, sessions } = parameters;
  return Array.from({ length: sessions }, (_, session) => {
    const random = new Random(seed, stream.presence, session);
    const recorded = drawRecorded(recording, session, random);
    const units = recorded.flatMap((neuron) => sortedUnits(parameters, neurons, recorded, session, neuron));
    if (units.length === 0) {
      throw new DantError(
        'DANT_ARGUMENT',
        `Session ${session + 1} would have no unit: the sorter misses all ${recorded.length} neurons. Choose more neurons, or a smaller share that it misses.`,
      );
    }
    return [...random.permutation(units.length)].map((k) => units[k]!);
  }).flat();
}

/** The neurons that are recorded in a session (from 0), whether the sorter finds them or not. */
export function recordedNeurons(recording: Recording, session: number): number[] {
  return drawRecorded(recording, session, new Random(recording.parameters.seed, stream.presence, session));
}

function drawRecorded({ parameters, probe, motion, neurons }: Recording, session: number, random: Random): number[] {
  const active = Math.max(1, Math.round(parameters.presence * neurons.length));
  const recorded = [...random.permutation(neurons.length).subarray(0, active)].filter((index) => {
    const { yUm } = neurons[index]!;
    const depth = yUm + motionAt(motion, session + 1, yUm);
    return depth >= probe.shallowestUm - reachUm && depth <= probe.deepestUm + reachUm;
  });
  if (recorded.length > 0) return recorded;
  throw new DantError(
    'DANT_ARGUMENT',
    `Session ${session + 1} would have no unit: its drift of ${motion.constantUm[session]!.toFixed(0)} µm moves ` +
      'every neuron off the channels. Choose less drift, or more neurons or channels.',
  );
}

/** What the sorter makes of a neuron in a session: one unit, two, or one mixed with the nearest neuron. */
function sortedUnits(
  { seed, splitFraction, mixedFraction, missedFraction }: SimulationParameters,
  neurons: readonly Neuron[],
  recorded: readonly number[],
  session: number,
  neuron: number,
): PlannedUnit[] {
  const unit: PlannedUnit = { session, neuron, fault: faults.none, part: 0, other: -1 };
  const draw = new Random(seed, stream.fault, neuron, session).uniform();
  if (draw < splitFraction) {
    return [
      { ...unit, fault: faults.split },
      { ...unit, fault: faults.split, part: 1 },
    ];
  }
  if (draw >= 1 - missedFraction) return [];
  if (draw < splitFraction + mixedFraction) {
    const other = nearestNeuron(neurons, recorded, neuron);
    if (other >= 0) return [{ ...unit, fault: faults.mixed, other }];
  }
  return [unit];
}

/** The nearest of the recorded neurons on the same shank within `mixingUm`; −1 if there is none. */
function nearestNeuron(neurons: readonly Neuron[], recorded: readonly number[], neuron: number): number {
  const { shank, xUm, yUm } = neurons[neuron]!;
  let nearest = -1;
  let smallest = mixingUm;
  for (const candidate of recorded) {
    const other = neurons[candidate]!;
    const distance = Math.hypot(other.xUm - xUm, other.yUm - yUm);
    if (candidate === neuron || other.shank !== shank || distance >= smallest) continue;
    nearest = candidate;
    smallest = distance;
  }
  return nearest;
}
