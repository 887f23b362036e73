import type { SpikeTrains } from '../recording/spike_trains.js';

/** Intervals of so many units, so many of each, tell. */
const mostUnits = 100;
const mostSpikes = 5000;
/** Nothing is said of fewer. */
const fewestIntervals = 200;

/** 1 ms of the usual 30 kHz recording. A neuron does not fire twice within one; many do within 30 ms. */
const refractorySamples = 30;
/** Intervals that short, as many as chance makes, of which refractory neurons have next to none. */
const fewestByChance = 20;
const shareOfChance = 0.1;
/** Intervals below 1 ms are two in a hundred even of a badly sorted neuron; those below 1 s are most. */
const mostBelowOne = 0.3;

/** What tells that spike times are not in ms but in seconds, or numbers of samples; undefined: nothing does. */
export function unitOfTimes({ timesMs, offsets }: SpikeTrains): string | undefined {
  const units = offsets.length - 1;
  const step = Math.max(1, Math.floor(units / mostUnits));
  let [intervals, belowOne, below, byChance] = [0, 0, 0, 0];
  let areWhole = true;
  for (let unit = 0; unit < units; unit += step) {
    const end = Math.min(offsets[unit + 1]!, offsets[unit]! + mostSpikes);
    const times = timesMs.slice(offsets[unit]!, end).sort();
    const count = times.length - 1;
    if (count < 1) continue;
    const rate = count / Math.max(1, times[count]! - times[0]!);
    byChance += count * (1 - Math.exp(-rate * refractorySamples));
    intervals += count;
    for (let i = 0; i < count; i++) {
      const interval = times[i + 1]! - times[i]!;
      if (interval < 1) belowOne++;
      if (interval < refractorySamples) below++;
      areWhole &&= Number.isInteger(times[i]);
    }
  }
  if (intervals < fewestIntervals) return undefined;
  if (belowOne > mostBelowOne * intervals) {
    const share = Math.round((100 * belowOne) / intervals);
    return `Of the intervals between spikes ${share} % are shorter than 1: the spike times must be in ms; are these in seconds?`;
  }
  if (areWhole && byChance >= fewestByChance && below <= shareOfChance * byChance) {
    return (
      `The spike times are whole numbers, and only ${below} of ${intervals} intervals between them are shorter than ` +
      `${refractorySamples}, where chance makes ${Math.round(byChance)}: the spike times must be in ms; are these numbers of samples?`
    );
  }
  return undefined;
}
