// Against the formulas, term by term; ephys.test.ts compares with SciPy's numbers.
import { describe, expect, it } from 'vitest';

import { rateRatio } from '../../lib/processing/rate_ratio.js';
import { resample } from '../../lib/processing/resample.js';
import { RowResampler } from '../../lib/processing/row_resampler.js';
import { noise } from '../numbers.js';

const random = (length: number, seed = 0) => Float64Array.from({ length }, (_, i) => noise(i + seed) + 5);

function besselI0(x: number): number {
  let [term, sum] = [1, 1];
  for (let k = 1; k < 60; k++) sum += term *= (x / 2 / k) ** 2;
  return sum;
}

/** scipy.signal.resample_poly(x, up, down, padtype='minimum'), written down as its documentation says. */
function slowPolyphase(x: Float64Array, up: number, down: number): Float64Array {
  const half = 10 * Math.max(up, down);
  const taps = Array.from({ length: 2 * half + 1 }, (_, i) => {
    const n = i - half;
    const cutoff = 1 / Math.max(up, down);
    const sinc = n === 0 ? 1 : Math.sin(Math.PI * cutoff * n) / (Math.PI * cutoff * n);
    return (sinc * besselI0(5 * Math.sqrt(1 - (n / half) ** 2))) / besselI0(5);
  });
  const gain = up / taps.reduce((sum, tap) => sum + tap, 0);
  const minimum = Math.min(...x);
  return Float64Array.from({ length: Math.ceil((x.length * up) / down) }, (_, m) => {
    let sum = 0;
    for (let k = 0; k < x.length; k++) {
      const at = half + m * down - k * up;
      if (at >= 0 && at <= 2 * half) sum += gain * taps[at]! * (x[k]! - minimum);
    }
    return sum + minimum;
  });
}

/** scipy.signal.resample: sums over all frequencies. */
function slowFourier(x: Float64Array, count: number): Float64Array {
  const common = Math.min(x.length, count);
  const last = Math.floor(common / 2);
  return Float64Array.from({ length: count }, (_, m) => {
    let sum = 0;
    for (let k = 0; k <= last; k++) {
      // Both of a pair of frequencies; the lowest, and the highest of an even number of inputs, have no partner.
      const isEdge = k === 0 || (2 * k === x.length && count >= x.length);
      for (let n = 0; n < x.length; n++) {
        sum += (isEdge ? 1 : 2) * x[n]! * Math.cos(2 * Math.PI * k * (m / count - n / x.length));
      }
    }
    return sum / x.length;
  });
}

function expectClose(actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance = 1e-9) {
  expect(actual.length).toBe(expected.length);
  const scale = Math.max(...Array.from(expected, Math.abs));
  const worst = Math.max(...Array.from(expected, (value, i) => Math.abs(value - actual[i]!)));
  expect(worst / scale).toBeLessThan(tolerance);
}

describe('rateRatio', () => {
  it('is of small whole numbers where it can be', () => {
    expect(rateRatio(25_000, 1000)).toEqual({ up: 1, down: 25 });
    expect(rateRatio(2500, 1000)).toEqual({ up: 2, down: 5 });
    expect(rateRatio(1 / 4e-5, 1000)).toEqual({ up: 1, down: 25 });
    expect(rateRatio(1000, 1000)).toEqual({ up: 1, down: 1 });
  });
  it('is exact for calibrated rates', () => {
    expect(rateRatio(30_000.28, 1000)).toEqual({ up: 1, down: 30.00028 });
    expect(rateRatio(2500.0234, 1000).down).toBeCloseTo(2.5000234, 12);
  });
  it('refuses what is no rate', () => {
    for (const rate of [0, -1, NaN, Infinity]) {
      expect(() => rateRatio(rate, 1000)).toThrow(/sampling rate/);
      expect(() => rateRatio(1000, rate)).toThrow(/sampling rate/);
    }
  });
});

describe('polyphase', () => {
  it.each([
    [1, 25, 700],
    [2, 5, 501],
    [1, 30, 1000],
    [3, 2, 97],
    [7, 3, 50],
    [1, 25, 3],
  ])('%i/%i of %i samples is the formula', async (up, down, count) => {
    const x = random(count);
    expectClose(await resample(x, 1, { fromHz: down * 100, toHz: up * 100 }), slowPolyphase(x, up, down), 1e-12);
  });

  it('treats every column by itself', async () => {
    const columns = [random(400), random(400, 1000), random(400, 2000).map((value) => -100 * value)];
    const rows = Float64Array.from({ length: 1200 }, (_, i) => columns[i % 3]![Math.floor(i / 3)]!);
    const all = await resample(rows, 3, { fromHz: 2500, toHz: 1000 });
    for (const [c, column] of columns.entries()) {
      expectClose(
        all.filter((_, i) => i % 3 === c),
        slowPolyphase(column, 2, 5),
        1e-12,
      );
    }
  });

  it('of a calibrated rate puts a slow wave where its time is', async () => {
    const fromHz = 30_000.28;
    const wave = (t: number) => Math.sin(2 * Math.PI * 7 * t) + 0.5 * Math.cos(2 * Math.PI * 31 * t);
    const sampled = (rate: number) => Float64Array.from({ length: 30_000 }, (_, i) => wave(i / rate));
    const y = await resample(sampled(fromHz), 1, { fromHz, toHz: 1000 });
    const whole = await resample(sampled(30_000), 1, { fromHz: 30_000, toHz: 1000 });
    expect(y.length).toBe(Math.ceil((30_000 * 1000) / fromHz));
    // Away from the ends, where the signal is taken to be its minimum
    expectClose(y.subarray(20, -20), whole.subarray(20, -20), 1e-6);
    expectClose(y.subarray(20, -20), Float64Array.from(y, (_, m) => wave(m / 1000)).subarray(20, -20), 1e-3);
  });

  it('of a rate that is nearly whole is nearly that of the whole one', async () => {
    const x = random(3000);
    const whole = await resample(x, 1, { fromHz: 30_000, toHz: 1000 });
    expectClose(await resample(x, 1, { fromHz: 30_000.0001, toHz: 1000 }), whole, 1e-4);
  });

  it('gives the same in pieces of any size', async () => {
    const x = Int16Array.from({ length: 3 * 5000 }, (_, i) => 1000 * noise(i));
    for (const ratio of [
      { up: 2, down: 5 },
      { up: 1, down: 30.00028 },
      { up: 3, down: 2 },
    ]) {
      const signal = {
        columns: 3,
        channels: Int32Array.of(2, 0),
        rows: 5000,
        minima: Float64Array.of(-1000, -1000),
        scales: Float64Array.of(2, 0.5),
      };
      const inPieces = async (size: number) => {
        const resampler = new RowResampler(signal, ratio, 'int16', Float64Array);
        const parts: number[] = [];
        for (let row = 0; row < 5000; row += size) {
          parts.push(...(await resampler.add(x.subarray(3 * row, 3 * Math.min(5000, row + size)))));
        }
        return parts;
      };
      const whole = await inPieces(5000);
      expect(whole.length).toBe(2 * Math.ceil((5000 * ratio.up) / ratio.down));
      expect(await inPieces(61)).toEqual(whole);
      expect(await inPieces(777)).toEqual(whole);
    }
  });
});

describe('fourier', () => {
  it.each([
    [60, 24],
    [61, 25],
    [64, 27],
    [97, 40],
    [24, 60],
    [25, 61],
    [37 * 2, 30],
    [1, 1],
    [2, 1],
    [1, 3],
    [50, 50],
  ])('%i samples become %i as the sum over all frequencies', async (length, count) => {
    const x = random(length);
    expectClose(await resample(x, 1, { fromHz: length, toHz: count, method: 'fourier' }), slowFourier(x, count), 1e-11);
  });

  it('treats an odd number of columns by itself', async () => {
    const x = random(3 * 90);
    const all = await resample(x, 3, { fromHz: 90, toHz: 37, method: 'fourier' });
    for (const c of [0, 1, 2]) {
      expectClose(
        all.filter((_, i) => i % 3 === c),
        slowFourier(
          x.filter((_, i) => i % 3 === c),
          37,
        ),
        1e-11,
      );
    }
  });
});
