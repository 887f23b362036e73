// What a report takes of large arrays, in native code, against a slow and obvious way.
import { describe, expect, it } from 'vitest';

import type { NumericData } from '../../lib/arrays.js';
import { addon } from '../../lib/native/addon.js';
import { LargeMatrices } from '../../lib/report/large_matrices.js';
import { similarityFiles } from '../../lib/results/schema.js';
import { type ReportData } from '../../lib/report/report_data.js';
import type { RowReader } from '../../lib/report/row_reader.js';
import { comparedParts, neighbourCount } from '../../lib/report/similarities.js';
import { WaveformPacker } from '../../lib/report/waveforms.js';
import { noise } from '../numbers.js';

const whole = (index: number, count: number) => Math.floor((noise(index) + 0.5) * count);

/** N units, a third of them in no cluster; on several shanks; some nearby pairs, of which one does not exist. */
function reportData(n: number, shanks: number): ReportData {
  const clusters = Int32Array.from({ length: n }, (_, unit) => (whole(unit, 3) === 0 ? -1 : 1 + whole(unit + 1e4, 9)));
  const nearbyPairs = Int32Array.from({ length: 6 * n }, (_, i) => whole(i + 2e4, n));
  nearbyPairs[4] = n;
  return {
    unitCount: n,
    clusters,
    clusterCount: Math.max(0, ...clusters),
    groups: Array.from({ length: shanks }, () => ({ features: [] })) as unknown as ReportData['groups'],
    shanks: Int32Array.from({ length: n }, (_, unit) => whole(unit + 3e4, shanks)),
    nearbyPairs,
    leafOrder: Int32Array.from({ length: n }, (_, unit) => (unit * 11) % n),
    missing: [],
  } as Partial<ReportData> as ReportData;
}

/** Many equal values, some on the edges of bins, and all that is not a number like others. */
function randomMatrix(n: number, seed: number): Float64Array {
  const odd = [0, -0, NaN, Infinity, -Infinity, 6, -6, 6.05, -6.05, 5.999999999999999, 1e300, 1e-300];
  return Float64Array.from({ length: n * n }, (_, i) => {
    const kind = whole(i + seed, 40);
    if (kind < odd.length) return odd[kind]!;
    const value = noise(i + seed + 5e5) * 13;
    return kind < 20 ? Math.round(value * 20) / 20 : kind < 25 ? Math.round(value) : value;
  });
}

function show(reader: RowReader, data: NumericData, shape: readonly number[], rowsAtOnce: number): void {
  const length = data.length / shape[0]!;
  for (let first = 0; first < shape[0]!; first += rowsAtOnce) {
    const count = Math.min(rowsAtOnce, shape[0]! - first);
    reader.add({ first, count, data: data.slice(first * length, (first + count) * length), shape });
  }
}

/** The nearest units of one unit, who come one by one. */
class Nearest {
  readonly list: { other: number; similarity: number }[] = [];

  add(other: number, value: number): void {
    const { list } = this;
    if (list.length === neighbourCount) {
      if (value <= list.at(-1)!.similarity) return;
      list.pop();
    }
    let at = list.length;
    while (at > 0 && list[at - 1]!.similarity < value) --at;
    list.splice(at, 0, { other, similarity: Math.fround(value) });
  }

  padded(key: 'other' | 'similarity', none: number): number[] {
    return Array.from({ length: neighbourCount }, (_, i) => this.list[i]?.[key] ?? none);
  }
}

/** Members' values of each cluster in turn. */
function withinClusters({ clusters, clusterCount }: ReportData, value: (a: number, b: number) => number): number[] {
  return Array.from({ length: clusterCount }, (_, c) => {
    const members = [...clusters.keys()].filter((unit) => clusters[unit] === c + 1);
    return members.flatMap((a) => members.map((b) => Math.fround(value(a, b))));
  }).flat();
}

const sizes = [
  { n: 1, shanks: 1, rowsAtOnce: 1 },
  { n: 7, shanks: 1, rowsAtOnce: 7 },
  { n: 61, shanks: 1, rowsAtOnce: 13 },
  { n: 130, shanks: 4, rowsAtOnce: 17 },
];

describe.each(sizes)('of $n units on $shanks shanks, $rowsAtOnce rows at once', ({ n, shanks, rowsAtOnce }) => {
  const data = reportData(n, shanks);
  const { clusters, nearbyPairs } = data;
  const partOf = comparedParts(data);
  const shape = [n, n];
  const nearbyOf = (matrix: ArrayLike<number>) =>
    Array.from({ length: nearbyPairs!.length / 2 }, (_, p) => {
      const [a, b] = [nearbyPairs![2 * p]!, nearbyPairs![2 * p + 1]!];
      return a < n ? Math.fround(matrix[a * n + b]!) : 0;
    });

  it.each([Float64Array, Float32Array])('similarities of a feature are counted (%o)', (Type) => {
    const matrix = Type.from(randomMatrix(n, 1));
    const large = new LargeMatrices(data);
    for (const file of Object.values(similarityFiles)) show(large.readers.get(file)!, matrix, shape, rowsAtOnce);
    const { features } = large.content().similarities;
    const [all, matched] = [new Float64Array(241), new Float64Array(241)];
    for (let a = 0; a < n; ++a) {
      for (let b = a + 1; b < n; ++b) {
        const value = matrix[a * n + b]!;
        if (partOf[a] !== partOf[b] || Number.isNaN(value)) continue;
        const bin = Math.max(0, Math.min(240, Math.floor((value + 6) / 0.05)));
        all[bin]!++;
        if (clusters[a]! > 0 && clusters[a] === clusters[b]) matched[bin]!++;
      }
    }
    expect(features).toHaveLength(4);
    for (const feature of features) {
      expect(feature.all.counts).toEqual(all);
      expect(feature.matched.counts).toEqual(matched);
      expect([...feature.nearby!]).toEqual(nearbyOf(matrix));
    }
  });

  it('the nearest units are found, and what is within clusters', () => {
    const matrix = randomMatrix(n, 2);
    const large = new LargeMatrices(data);
    show(large.readers.get('SimilarityMatrix')!, matrix, shape, rowsAtOnce);
    const { similarUnits, nearby } = large.content().similarities;
    const nearest = Array.from({ length: n }, (_, unit) => {
      const found = new Nearest();
      for (let other = 0; other < n; ++other) {
        const value = matrix[unit * n + other]!;
        const isOutside = other !== unit && (clusters[unit]! < 1 || clusters[unit] !== clusters[other]);
        if (isOutside && value !== 0 && value > -Infinity) found.add(other, value);
      }
      return found;
    });
    expect([...similarUnits!.neighbours]).toEqual(nearest.flatMap((found) => found.padded('other', -1)));
    expect([...similarUnits!.neighbourSimilarities]).toEqual(nearest.flatMap((found) => found.padded('similarity', 0)));
    expect([...similarUnits!.clusterSimilarities]).toEqual(withinClusters(data, (a, b) => matrix[a * n + b]!));
    expect([...nearby!]).toEqual(nearbyOf(matrix));
  });

  it('the nearest units are found by match probability', () => {
    const pairs = Int32Array.from({ length: 40 * n }, (_, i) => whole(i + 7, n + 1));
    const probabilities = Float64Array.from({ length: 20 * n }, (_, p) =>
      whole(p, 30) === 0 ? NaN : whole(p + 9e4, 3) === 0 ? Math.round(4 * noise(p)) / 4 : noise(p + 1e5) + 0.5,
    );
    const matched = { pairs: pairs.subarray(0, 4 * n), probabilities: probabilities.subarray(n, 3 * n) };
    const matches = { pairs, probabilities, matched } as Partial<ReportData['matches']> as ReportData['matches'];
    const { similarUnits } = new LargeMatrices({ ...data, matches }).content().similarities;
    const nearest = Array.from({ length: n }, () => new Nearest());
    const within = new Map<number, number>();
    for (const of of [{ pairs, probabilities }, matched]) {
      of.probabilities.forEach((value, p) => {
        const pair = [of.pairs[2 * p]!, of.pairs[2 * p + 1]!] as const;
        if (Math.max(...pair) >= n) return;
        for (const [a, b] of [pair, pair.toReversed() as [number, number]]) {
          if (clusters[a]! < 1 || clusters[a] !== clusters[b]) nearest[a]!.add(b, value);
          else within.set(a * n + b, value);
        }
      });
    }
    expect([...similarUnits!.neighbours]).toEqual(nearest.flatMap((found) => found.padded('other', -1)));
    expect([...similarUnits!.neighbourSimilarities]).toEqual(nearest.flatMap((found) => found.padded('similarity', 0)));
    expect([...similarUnits!.clusterSimilarities]).toEqual(
      withinClusters(data, (a, b) => within.get(a * n + b) ?? NaN),
    );
  });

  it('distances are added up', () => {
    const matrix = randomMatrix(n, 3).map((value) => (Math.abs(value) < 7 ? value : -0));
    const large = new LargeMatrices(data);
    show(large.readers.get('DistanceMatrix')!, matrix, shape, rowsAtOnce);
    const pixel = Int32Array.from({ length: n }, (_, unit) => data.leafOrder!.indexOf(unit));
    const sums = new Float64Array(n * n);
    for (let a = 0; a < n; ++a) {
      for (let b = 0; b < n; ++b) {
        if (a !== b && partOf[a] === partOf[b]) sums[pixel[a]! * n + pixel[b]!]! += matrix[a * n + b]!;
      }
    }
    expect(large.content().distanceSums).toEqual(sums);
  });
});

it('distances of more units than pixels are added up in the order of the matrix', () => {
  const n = 1500;
  const data = reportData(n, 2);
  const matrix = Float64Array.from({ length: n * n }, (_, i) => noise(i));
  const large = new LargeMatrices(data);
  show(large.readers.get('DistanceMatrix')!, matrix, [n, n], 333);
  const side = 1240;
  const pixel = Int32Array.from({ length: n }, () => 0);
  data.leafOrder!.forEach((unit, place) => (pixel[unit] = Math.floor((place * side) / n)));
  const sums = new Float64Array(side * side);
  for (let i = 0; i < n * n; ++i) {
    const [a, b] = [Math.floor(i / n), i % n];
    if (a !== b && data.shanks![a] === data.shanks![b]) sums[pixel[a]! * side + pixel[b]!]! += matrix[i]!;
  }
  const found = large.content().distanceSums!;
  expect(found.every((sum, i) => Object.is(sum, sums[i]))).toBe(true);
});

it.each([1, 3])(
  'pixels are shaded by their means, between the smallest and what most are below (%i shanks)',
  (shanks) => {
    const [n, side, shades] = [70, 40, 64];
    const partOf = Int32Array.from({ length: n }, (_, unit) => whole(unit + 7e4, shanks));
    const pixelOf = Int32Array.from({ length: n }, (_, unit) => Math.floor((((unit * 11) % n) * side) / n));
    const compared = Array.from({ length: side * side }, () => [] as number[]);
    for (let a = 0; a < n; ++a) {
      for (let b = 0; b < n; ++b) {
        if (a === b || partOf[a] !== partOf[b]) continue;
        compared[pixelOf[a]! * side + pixelOf[b]!]!.push((noise(a * n + b + 8e4) + 0.5) ** 4);
      }
    }
    const sums = Float64Array.from(compared, (values) => values.reduce((sum, value) => sum + value, 0));
    const means = [...sums].map((sum, pixel) => sum / compared[pixel]!.length);
    const known = means.filter((mean) => !Number.isNaN(mean)).sort((a, b) => a - b);
    const [low, high] = [known[0]!, known.at(-1)!];
    const [shadeOf, range] = [new Uint8Array(side * side), new Float64Array(2)];
    addon.shadePixels({ sums, partOf, pixelOf, side, shades, shadeOf, range });
    expect(range[0]).toBe(low);
    // To a thousandth of the range
    const mostBelow = known[Math.ceil(0.98 * known.length) - 1]!;
    expect(Math.abs(range[1]! - mostBelow)).toBeLessThan(1.01e-3 * (high - low));
    means.forEach((mean, pixel) => {
      const onDiagonal = pixel % (side + 1) === 0;
      const share = Number.isNaN(mean) ? Number(!onDiagonal) : (mean - low) / (range[1]! - low);
      expect(shadeOf[pixel]).toBe(Math.round((shades - 1) * Math.min(1, share)));
    });
    // Nothing to compare
    addon.shadePixels({
      ...{ sums: Float64Array.of(0), partOf: Int32Array.of(1), pixelOf: Int32Array.of(0) },
      side: 1,
      shades,
      shadeOf: new Uint8Array(1),
      range,
    });
    expect([...range]).toEqual([0, 1]);
  },
);

describe('waveforms', () => {
  const [n, channels, samples, templates] = [23, 41, 9, 3];
  const data = {
    ...reportData(n, 1),
    channelLocationsUm: Float64Array.from({ length: 2 * channels }, (_, i) => (i % 2 === 0 ? (i % 4) * 16 : i * 10)),
    peakChannels: Int32Array.from({ length: n }, (_, unit) => whole(unit, channels)),
  };
  // Halves of a step, all that is not a number like others, tiny numbers, and units of zeros.
  const valuesOf = (seed: number, length: number, perUnit: number) =>
    Float64Array.from({ length }, (_, i) => {
      const unit = Math.floor(i / perUnit);
      const kind = whole(i + seed, 60);
      if (unit % 5 === 0) return 0;
      if (unit % 5 === 1) return i % 7 === 0 ? 127 : whole(i + seed, 508) / 2 - 127;
      if (unit % 5 === 2) return noise(i + seed) * 1e-42;
      if (kind === 0) return NaN;
      if (kind === 1 && unit === 3) return -Infinity;
      return noise(i + seed) * 300;
    });
  const recorded = valuesOf(1, n * channels * samples, channels * samples);
  const corrected = valuesOf(2, n * channels * samples * templates, channels * samples * templates);

  const types = [Float32Array, Float64Array, Int16Array];
  it.each(types.flatMap((Type) => [1, 5, n].map((rowsAtOnce) => ({ Type, rowsAtOnce }))))(
    'are packed ($Type.name, $rowsAtOnce rows at once)',
    ({ Type, rowsAtOnce }) => {
      const arrays = { recorded: Type.from(recorded), corrected: Type.from(corrected) };
      const shapes = { recorded: [n, channels, samples], corrected: [n, channels, samples, templates] };
      const packer = new WaveformPacker(data, ['recorded', 'corrected']);
      show(packer.readers.get('recorded')!, arrays.recorded, shapes.recorded, rowsAtOnce);
      // Of the others, the needed part of each row
      const reader = packer.readers.get('corrected')!;
      const { length, startOf } = reader.parts!(shapes.corrected);
      const perUnit = channels * samples * templates;
      const parts = Array.from({ length: n }, (_, unit) => [
        ...arrays.corrected.subarray(unit * perUnit + startOf(unit), unit * perUnit + startOf(unit) + length),
      ]);
      for (let first = 0; first < n; first += 4) {
        const rows = parts.slice(first, first + 4);
        reader.add({ first, count: rows.length, data: Type.from(rows.flat()), shape: shapes.corrected });
      }

      const { about, arrays: packed } = packer.result().packed!;
      expect(about).toMatchObject({ channels: 20, samples, templates });
      for (let unit = 0; unit < n; ++unit) {
        const shown = [...packed.channels!.subarray(unit * 20, (unit + 1) * 20)];
        const valuesOfKind = (kind: 'recorded' | 'corrected') =>
          shown.flatMap((channel) =>
            Array.from({ length: samples }, (_, t) => {
              const at = (unit * channels + channel) * samples + t;
              return Math.fround(arrays[kind][kind === 'recorded' ? at : at * templates]!);
            }),
          );
        const kinds = [valuesOfKind('recorded'), valuesOfKind('corrected')];
        const known = kinds.flat().filter((value) => !Number.isNaN(value));
        const scale = Math.fround(Math.max(...known.map(Math.abs)) / 127);
        expect(packed.scale![unit]).toBe(scale);
        const steps = 1 / (scale || 1);
        kinds.forEach((values, k) => {
          const bytes = packed[(['recorded', 'corrected'] as const)[k]!]!;
          const expected = Int8Array.from(values, (value) => Math.round(value * steps));
          expect(bytes.subarray(unit * 20 * samples, (unit + 1) * 20 * samples)).toEqual(expected);
        });
      }
    },
  );

  it('of another shape are refused in words', () => {
    for (const shape of [
      [n, channels],
      [n, channels, 0],
      [n + 1, channels, samples],
    ]) {
      const packer = new WaveformPacker(data, ['corrected']);
      packer.readers.get('corrected')!.add({ first: 0, count: n, data: new Float32Array(0), shape });
      const { packed, missing } = packer.result();
      expect(packed).toBeUndefined();
      expect(missing.join()).toContain(`the shape (${shape.join(', ')}), which does not fit`);
    }
  });
});

describe('curves', () => {
  const top = 254;
  const gap = 255;

  it.each([
    { given: 12, points: 12 },
    { given: 13, points: 7 },
    { given: 1, points: 0 },
  ])('are packed, the last $points of $given points', ({ given, points }) => {
    const units = 12;
    // Halves of a step, negative ones, none at all, all that is not a number like others, huge and tiny ones.
    const curves = Float64Array.from({ length: units * given }, (_, i) => {
      const unit = Math.floor(i / given);
      if (unit === 0) return 0;
      if (unit === 1) return i % 5 === 0 ? 127 : whole(i, 255) / 2;
      if (unit === 2) return NaN;
      if (unit === 3) return noise(i) * 1e-300;
      if (unit === 4) return noise(i) * 1e300;
      if (unit === 5 && i % 4 === 0) return Infinity;
      if (unit === 6 && i % 4 === 0) return -Infinity;
      return i % 7 === 0 ? NaN : noise(i) - (unit % 2 === 0 ? 0.3 : 0);
    });
    const bytes = new Uint8Array(units * points);
    const [low, high] = [new Float32Array(units), new Float32Array(units)];
    addon.packCurves({ curves, top, gap, bytes, low, high });
    for (let unit = 0; unit < units; ++unit) {
      const shown = [...curves.subarray((unit + 1) * given - points, (unit + 1) * given)];
      const numbers = [0, ...shown.filter((value) => !Number.isNaN(value))];
      const [least, most] = [Math.min(...numbers), Math.max(...numbers)];
      expect([low[unit], high[unit]]).toEqual([Math.fround(least), Math.fround(most)]);
      const step = (most - least) / top || 1;
      const expected = shown.map((value) => {
        const steps = Math.round((value - least) / step);
        return Number.isNaN(steps) ? gap : steps;
      });
      expect([...bytes.subarray(unit * points, (unit + 1) * points)]).toEqual(expected);
    }
  });

  it('may be of no units', () => {
    const none = new Float32Array(0);
    addon.packCurves({ curves: new Float64Array(0), top, gap, bytes: new Uint8Array(0), low: none, high: none });
  });
});

describe('lengths that do not fit are refused', () => {
  const [n, k] = [4, 2];
  const rows = { rows: new Float64Array(2 * n), first: 1 };
  const clusters = Int32Array.of(1, 1, -1, 2);
  const calls = {
    countPairs: {
      ...rows,
      partOf: new Int32Array(n),
      clusters,
      start: 0,
      binWidth: 1,
      all: new Float64Array(3),
      matched: new Float64Array(3),
    },
    indexPairs: { pairs: new Int32Array(6), begins: new Int32Array(n + 1), order: new Int32Array(3) },
    takePairs: {
      ...rows,
      pairs: new Int32Array(6),
      begins: new Int32Array(n + 1),
      order: new Int32Array(3),
      values: new Float32Array(3),
    },
    similarUnitsInRows: {
      ...rows,
      clusters,
      neighbours: new Int32Array(n * k),
      neighbourSimilarities: new Float32Array(n * k),
      clusterSimilarities: new Float32Array(5),
    },
    similarUnitsInPairs: {
      clusters,
      neighbours: new Int32Array(n * k),
      neighbourSimilarities: new Float32Array(n * k),
      clusterSimilarities: new Float32Array(5),
      pairs: new Int32Array(6),
      values: new Float64Array(3),
    },
    addToPixels: { ...rows, partOf: new Int32Array(n), pixelOf: new Int32Array(n), side: 3, sums: new Float64Array(9) },
    shadePixels: {
      sums: new Float64Array(9),
      partOf: new Int32Array(n),
      pixelOf: new Int32Array(n),
      side: 3,
      shades: 64,
      shadeOf: new Uint8Array(9),
      range: new Float64Array(2),
    },
    takeTraces: {
      waveforms: new Float32Array(2 * 3 * 5),
      first: 2,
      count: 2,
      probeChannels: 3,
      samples: 5,
      templates: 1,
      channels: new Uint16Array(n * k),
      channelsOfUnit: k,
      traces: new Float32Array(n * k * 5),
    },
    quantiseTraces: {
      traces: [new Float32Array(n * 7), new Float32Array(n * 7)],
      first: 1,
      count: 3,
      scale: new Float32Array(n),
      bytes: [new Int8Array(n * 7), new Int8Array(n * 7)],
    },
    packCurves: {
      curves: new Float64Array(n * 7),
      top: 254,
      gap: 255,
      bytes: new Uint8Array(n * 4),
      low: new Float32Array(n),
      high: new Float32Array(n),
    },
  };
  type Arguments = Record<string, unknown>;
  const calling = (name: string, args: Arguments) => () => {
    (addon as unknown as Record<string, (args: Arguments) => void>)[name]!(args);
  };
  const lengthened = (value: unknown): unknown => {
    if (Array.isArray(value)) return [value[0], lengthened(value[1])];
    const array = value as Int32Array;
    return new (array.constructor as Int32ArrayConstructor)(array.length + 1);
  };
  // Any number of units may be indexed, and any number of channels be on the probe.
  const free = ['start', 'binWidth', 'indexPairs begins', 'takeTraces probeChannels'];

  it.each(Object.entries(calls))('by %s', (name, args: Arguments) => {
    expect(calling(name, args)).not.toThrow();
    for (const [key, value] of Object.entries(args)) {
      if (free.includes(key) || free.includes(`${name} ${key}`)) continue;
      const wrong = typeof value === 'number' ? [-1, 0.5, 1e15] : [lengthened(value), 'text'];
      for (const other of wrong) expect(calling(name, { ...args, [key]: other }), key).toThrow();
    }
  });

  it('and so are units, pixels, channels and places that do not exist', () => {
    const bad: [keyof typeof calls, Arguments][] = [
      ['addToPixels', { pixelOf: Int32Array.of(0, 1, 3, 0) }],
      ['addToPixels', { pixelOf: Int32Array.of(0, 1, -1, 0) }],
      ['shadePixels', { pixelOf: Int32Array.of(0, 1, 3, 0) }],
      ['shadePixels', { shades: 257 }],
      ['takeTraces', { channels: Uint16Array.of(0, 1, 0, 1, 0, 3, 0, 1) }],
      ['takePairs', { begins: Int32Array.of(0, 4, 4, 4, 4) }],
      ['takePairs', { begins: Int32Array.of(0, 2, 1, 4, 4) }],
      ['takePairs', { begins: Int32Array.of(0, 0, -1, 3, 3) }],
      ['takePairs', { begins: Int32Array.of(0, 0, 3, 3, 3), order: Int32Array.of(0, 1, 3) }],
      ['countPairs', { clusters: Int32Array.of(1, 1, 1) }],
    ];
    for (const [name, change] of bad) expect(calling(name, { ...calls[name], ...change }), name).toThrow();
  });
});
