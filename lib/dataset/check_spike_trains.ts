import type { SpikeTrains } from '../recording/spike_trains.js';
import { runNative, type RunOptions } from '../native/run.js';
import { unitsListed, type Findings } from './findings.js';
import { unitOfTimes } from './unit_of_times.js';

/** Tells what is wrong or odd about the spike times of all units; the result is whether they can be used. */
export async function checkSpikeTrains(
  trains: SpikeTrains,
  { problems, warnings }: Findings,
  options: RunOptions,
): Promise<boolean> {
  const { offsets } = trains;
  const unitCount = offsets.length - 1;
  const smallestMs = new Float64Array(unitCount);
  const largestMs = new Float64Array(unitCount);
  await runNative((native, control) => native.spikeRanges({ ...control, ...trains, smallestMs, largestMs }), options);

  const units = Array.from(smallestMs, (_, unit) => unit);
  const spikes = (unit: number) => offsets[unit + 1]! - offsets[unit]!;
  const empty = units.filter((unit) => spikes(unit) === 0);
  const negative = units.filter((unit) => smallestMs[unit]! < 0);
  const notFinite = units.filter((unit) => Number.isNaN(smallestMs[unit]));
  if (notFinite.length > 0) {
    problems.push(`spike_times: ${unitsListed(notFinite)}: NaN or infinite spike times. Remove these spikes.`);
  }
  if (empty.length > 0) {
    const have = empty.length === 1 ? 'has' : 'have';
    warnings.push(`${unitsListed(empty)} ${have} no spikes, hence no autocorrelogram and no ISI histogram to compare.`);
  }
  const single = units.filter((unit) => spikes(unit) === 1);
  if (single.length > 0) {
    const have = single.length === 1 ? 'has' : 'have';
    warnings.push(
      `${unitsListed(single)} ${have} a single spike, hence no autocorrelogram and no ISI histogram to compare.`,
    );
  }
  if (negative.length > 0) {
    const have = negative.length === 1 ? 'has' : 'have';
    warnings.push(`${unitsListed(negative)} ${have} negative spike times; times count from each unit's first spike.`);
  }
  const oddUnit = notFinite.length === 0 ? unitOfTimes(trains) : undefined;
  if (oddUnit !== undefined) warnings.push(oddUnit);
  return notFinite.length === 0;
}
