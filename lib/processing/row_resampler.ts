import { ArraysInTurn, sharedArray, type ConstructorOf } from '../native/memory.js';
import { runNative, type RunOptions } from '../native/run.js';
import { inputsOf, outputCount, type RateRatio } from './rate_ratio.js';

export interface RowSignal {
  /** Columns of a row, and those that are wanted (C) */
  columns: number;
  channels: Int32Array;
  /** Of the whole signal */
  rows: number;
  /** (C) the lowest value of each channel, which the signal has beyond its ends */
  minima: Float64Array;
  /** (C) that the results are multiplied by */
  scales: Float64Array;
}

/** Resamples a signal whose rows come one after the other; holds only those that outputs still need. */
export class RowResampler<Value extends Float32Array | Float64Array> {
  private held: Int16Array | Float64Array;
  private readonly results: ArraysInTurn<Value>;
  /** Row of the signal that is the first held one, and how many are held */
  private first = 0;
  private count = 0;
  private nextOutput = 0;
  readonly outputs: number;

  constructor(
    private readonly signal: RowSignal,
    private readonly ratio: RateRatio,
    private readonly type: 'int16' | 'float64',
    values: ConstructorOf<Value>,
    private readonly run: RunOptions = {},
  ) {
    this.outputs = outputCount(ratio, signal.rows);
    this.held = this.room(0);
    this.results = new ArraysInTurn(values, 2);
  }

  /**
   * Takes rows (·, columns); returns all outputs (·, C) that can be made now, in µV or whatever the scales give. The second call after this
   * one overwrites them.
   */
  async add(rows: Int16Array | Float64Array): Promise<Value> {
    const { columns, channels, minima, scales, rows: total } = this.signal;
    this.append(rows);
    const first = this.nextOutput;
    const last = this.readyOutputs();
    const resampled = this.results.next(Math.max(0, last - first) * channels.length);
    if (resampled.length === 0) return resampled;
    await runNative(
      (native, control) =>
        native.polyphase({
          ...control,
          ...this.ratio,
          samples: this.held.subarray(0, this.count * columns),
          columns,
          channels,
          firstRow: this.first,
          totalRows: total,
          minima,
          scales,
          firstOutput: first,
          resampled,
        }),
      this.run,
    );
    this.nextOutput = last;
    return resampled;
  }

  /** The number of outputs whose inputs have all come. */
  private readyOutputs(): number {
    const end = this.first + this.count;
    if (end >= this.signal.rows) return this.outputs;
    const { up, down } = this.ratio;
    let ready = Math.min(this.outputs, Math.max(this.nextOutput, Math.floor((end * up) / down)));
    while (ready > this.nextOutput && inputsOf(this.ratio, ready - 1)[1] > end) ready--;
    return ready;
  }

  private append(rows: Int16Array | Float64Array): void {
    const { columns } = this.signal;
    const needed = Math.max(0, inputsOf(this.ratio, this.nextOutput)[0]);
    const drop = Math.min(this.count, Math.max(0, needed - this.first));
    const kept = this.count - drop;
    const length = kept * columns + rows.length;
    if (this.held.length < length) {
      const held = this.room(length);
      held.set(this.held.subarray(drop * columns, this.count * columns), 0);
      this.held = held;
    } else {
      this.held.copyWithin(0, drop * columns, this.count * columns);
    }
    this.held.set(rows, kept * columns);
    this.first += drop;
    this.count = kept + rows.length / columns;
  }

  private room(length: number): Int16Array | Float64Array {
    return this.type === 'int16' ? sharedArray(Int16Array, length) : sharedArray(Float64Array, length);
  }
}
