import { unitsListed, type Findings } from './findings.js';

/** Judges the spike times of all units, one unit after the other in any order. */
export class SpikeJudgement {
  private readonly empty: number[] = [];
  private readonly negative: number[] = [];
  private readonly notFinite: number[] = [];
  /** Units with more than one spike per ms. */
  private tooFast = 0;

  add(unit: number, timesMs: Float64Array): void {
    let sum = 0;
    let smallest = Infinity;
    let largest = -Infinity;
    for (const time of timesMs) {
      sum += time - time; // NaN for NaN and infinity
      if (time < smallest) smallest = time;
      if (time > largest) largest = time;
    }
    if (timesMs.length === 0) this.empty.push(unit);
    else if (sum !== 0) this.notFinite.push(unit);
    else if (smallest < 0) this.negative.push(unit);
    if (timesMs.length > 100 && timesMs.length > largest - smallest) this.tooFast++;
  }

  /** Tells what is wrong or odd; the result is whether the spike times can be used. */
  report(unitCount: number, { problems, warnings }: Findings): boolean {
    const { empty, negative, notFinite, tooFast } = this;
    if (notFinite.length > 0) {
      problems.push(`spike_times: ${unitsListed(notFinite)}: NaN or infinite spike times. Remove these spikes.`);
    }
    if (empty.length > 0) {
      const have = empty.length === 1 ? 'has' : 'have';
      warnings.push(
        `${unitsListed(empty)} ${have} no spikes, hence no autocorrelogram and no ISI histogram to compare.`,
      );
    }
    if (negative.length > 0) {
      const have = negative.length === 1 ? 'has' : 'have';
      warnings.push(`${unitsListed(negative)} ${have} negative spike times; times count from each unit's first spike.`);
    }
    if (tooFast > unitCount / 2) {
      warnings.push('Most units have more than one spike per ms: the spike times must be in ms; are these in seconds?');
    }
    return notFinite.length === 0;
  }
}
