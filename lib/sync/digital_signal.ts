/** A signal of two states, known by its changes. */
export interface DigitalSignal {
  rateHz: number;
  samples: number;
  /** State of the first sample */
  first: 0 | 1;
  /** Numbers of the samples with which a new state begins, ascending */
  changes: Float64Array;
}

/** Collects the changes of a signal that comes in blocks. What lasts shorter than `leastS` is taken for a disturbance. */
export class ChangeCollector {
  private readonly changes: number[] = [];
  private first: 0 | 1 | undefined;
  private state: 0 | 1 = 0;
  private samples = 0;
  private readonly least: number;

  /** @param leastS Shortest pulse, s: what a low-pass filter for 1 kHz leaves */
  constructor(
    private readonly rateHz: number,
    leastS = 0.0005,
  ) {
    this.least = leastS * rateHz;
  }

  /** Takes the next `count` samples. */
  add(count: number, stateOf: (i: number) => 0 | 1): void {
    if (count > 0 && this.first === undefined) this.first = this.state = stateOf(0);
    for (let i = 0; i < count; i++) {
      const state = stateOf(i);
      if (state === this.state) continue;
      this.state = state;
      const at = this.samples + i;
      const before = this.changes.at(-1);
      // A change back at once takes the one before with it.
      if (before !== undefined && at - before < this.least) this.changes.pop();
      else this.changes.push(at);
    }
    this.samples += count;
  }

  end(): DigitalSignal {
    const { rateHz, samples, first = 0, changes } = this;
    return { rateHz, samples, first, changes: Float64Array.from(changes) };
  }
}

/** The state at each ms from the first sample on, as many as `ceil(samples · 1000 / rate)`. */
export function statesPerMs({ rateHz, samples, first, changes }: DigitalSignal): Uint8Array {
  const states = new Uint8Array(Math.ceil((samples * 1000) / rateHz));
  let [next, state] = [0, first as number];
  for (let ms = 0; ms < states.length; ms++) {
    // A change lies between two samples.
    const position = (ms * rateHz) / 1000;
    while (next < changes.length && changes[next]! - 0.5 < position) {
      next++;
      state = 1 - state;
    }
    states[ms] = state;
  }
  return states;
}

/** Times of the changes in s, and of each whether the signal rose. */
export function changeTimes({ rateHz, first, changes }: DigitalSignal): { timesS: Float64Array; rises: Uint8Array } {
  return {
    timesS: changes.map((at) => (at - 0.5) / rateHz),
    rises: Uint8Array.from(changes, (_, i) => (i % 2 === 0 ? 1 - first : first)),
  };
}
