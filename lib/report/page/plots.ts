import * as Plot from '@observablehq/plot';

import { curveGap, curveTop, type PackedCurve, type ReportPage } from '../packed.js';
import type { Entry } from './entries.js';
import { numberOf, shortName } from './names.js';
import type { Units } from './data.js';

export type Arrays = Record<string, ArrayLike<number>>;

const style = { fontFamily: 'inherit', fontSize: '11px', background: 'transparent' } as const;
const unknownSession = '#0072b2';

const secondColor = '#d55e00';

/** Colour of a unit: that of its session, but the second of two of one session has its own. */
function colorOf(page: ReportPage, units: Units, entry: Entry, unit: number): string {
  if (entry.kind === 'split' && unit === entry.units[1]) return secondColor;
  const session = units.session?.[unit];
  return session === undefined ? unknownSession : (page.sessionColors[session - 1] ?? unknownSession);
}

/** Waveforms on the channels around the peak, at the places of the channels on the probe. */
export function waveformPlot(
  page: ReportPage,
  units: Units,
  arrays: Arrays,
  kind: 'recorded' | 'corrected',
  entry: Entry,
  compared: number | undefined,
): Element {
  const { channels, samples } = page.waveforms!;
  const at = units.channelLocations!;
  const shown = compared === undefined ? entry.units : [...entry.units, compared];
  const channelOf = (unit: number, c: number) => arrays.channels![unit * channels + c]!;
  const columns = [
    ...new Set(shown.flatMap((unit) => Array.from({ length: channels }, (_, c) => at[2 * channelOf(unit, c)]!))),
  ];
  const width = 0.88 * smallestGap(columns, 16);
  const rowGap = smallestGap(
    [...new Set(shown.flatMap((unit) => Array.from({ length: channels }, (_, c) => at[2 * channelOf(unit, c) + 1]!)))],
    20,
  );
  const peakMicrovolts = shown.reduce((most, unit) => Math.max(most, arrays.scale![unit]! * 127), 1e-9);
  const gain = (2.2 * rowGap) / peakMicrovolts;
  const points: { x: number; y: number; line: string; unit: number }[] = [];
  for (const unit of shown) {
    for (let c = 0; c < channels; ++c) {
      const channel = channelOf(unit, c);
      for (let t = 0; t < samples; ++t) {
        points.push({
          x: at[2 * channel]! + width * (t / (samples - 1) - 0.5),
          y: at[2 * channel + 1]! + gain * arrays.scale![unit]! * arrays[kind]![(unit * channels + c) * samples + t]!,
          line: `${unit} ${c}`,
          unit,
        });
      }
    }
  }
  const bar = niceStep(peakMicrovolts / 2);
  const left = Math.min(...columns) - width / 2;
  // The scale bar stands below the waveforms.
  const bottom = points.reduce((lowest, { y }) => Math.min(lowest, y), Infinity) - gain * bar - 0.6 * rowGap;
  const top = points.reduce((highest, { y }) => Math.max(highest, y), -Infinity);
  const height = Math.min(620, Math.max(300, ((top - bottom) / rowGap) * 26));
  return Plot.plot({
    style,
    width: Math.max(230, 62 * columns.length + 60),
    height,
    marginLeft: 46,
    x: { label: 'x (µm)', ticks: columns.length > 6 ? 5 : columns },
    y: { label: 'depth (µm)', ticks: 6, grid: false },
    marks: [
      Plot.line(points, {
        x: 'x',
        y: 'y',
        z: 'line',
        stroke: (point: { unit: number }) =>
          point.unit === compared ? secondColor : colorOf(page, units, entry, point.unit),
        strokeWidth: 1.1,
        strokeOpacity: 0.85,
      }),
      Plot.ruleX([left], { y1: bottom, y2: bottom + gain * bar, strokeWidth: 2 }),
      Plot.text([`${bar} µV`], { x: left, y: bottom + (gain * bar) / 2, dx: 6, textAnchor: 'start' }),
    ],
  });
}

/** One row per unit, sharing the x axis. */
export function curvePlot(page: ReportPage, units: Units, arrays: Arrays, index: number, entry: Entry): Element {
  const curve: PackedCurve = page.curves[index]!;
  const mirrored = curve.title === 'Autocorrelogram';
  const points = entry.units.flatMap((unit) => {
    const low = arrays[`curve${index}Low`]![unit]!;
    const high = arrays[`curve${index}High`]![unit]!;
    const half = Array.from({ length: curve.points }, (_, i) => {
      const byte = arrays[`curve${index}`]![unit * curve.points + i]!;
      return {
        unit,
        x: curve.x[0] + i * curve.x[1],
        value: byte === curveGap ? NaN : (low + ((high - low) * byte) / curveTop) / (high || 1),
      };
    });
    return mirrored
      ? [
          ...half
            .slice(1)
            .reverse()
            .map((point) => ({ ...point, x: -point.x })),
          ...half,
        ]
      : half;
  });
  const height = Math.min(64, Math.max(22, 520 / entry.units.length));
  return Plot.plot({
    style,
    width: 250,
    height: entry.units.length * height + 44,
    marginLeft: 16,
    marginRight: 16,
    marginTop: 6,
    marginBottom: 36,
    x: { label: curve.xTitle, labelAnchor: 'center', labelArrow: 'none', ticks: 5 },
    y: { axis: null, domain: [0, 1], clamp: true },
    fy: { axis: null, domain: entry.units, padding: 0.12 },
    marks: [
      Plot.areaY(points, {
        x: 'x',
        y: 'value',
        fy: 'unit',
        fill: (point: { unit: number }) => colorOf(page, units, entry, point.unit),
        fillOpacity: 0.8,
        z: 'unit',
      }),
      Plot.ruleY([0], { stroke: '#c5cad0' }),
    ],
  });
}

/** The labels of the rows of the curves; those of mixed units stand out. */
export function rowLabels(units: Units, entry: Entry): Element {
  const isMixed = (unit: number) => units.mixedUnits?.some((mixed, i) => i % 2 === 0 && mixed === unit) ?? false;
  const height = Math.min(64, Math.max(22, 520 / entry.units.length));
  return Plot.plot({
    style,
    width: 96,
    height: entry.units.length * height + 44,
    marginLeft: 4,
    marginRight: 4,
    marginTop: 6,
    marginBottom: 36,
    fy: { axis: null, domain: entry.units, padding: 0.12 },
    marks: [
      Plot.text(entry.units, {
        fy: (unit: number) => unit,
        frameAnchor: 'left',
        text: (unit: number) =>
          `${units.session ? `session ${units.session[unit]!}\n` : ''}${shortName(units, unit)}${isMixed(unit) ? ', mixed' : ''}`,
        fill: (unit: number) => (isMixed(unit) ? secondColor : '#1f2933'),
        lineHeight: 1.15,
      }),
    ],
  });
}

/** Depth by session, as recorded and with the motion taken out. */
export function depthPlot(page: ReportPage, units: Units, entry: Entry): Element {
  const points = entry.units.flatMap((unit) => {
    const depth = units.depth![unit]!;
    const session = units.session![unit]!;
    return [
      { session, depth, kind: 'as recorded' },
      { session, depth: depth - (units.motion?.[unit] ?? 0), kind: 'motion taken out' },
    ];
  });
  const depths = points.map(({ depth }) => depth);
  const [low, high] = [Math.min(...depths), Math.max(...depths)];
  const space = Math.max(10, 0.15 * (high - low));
  return Plot.plot({
    style,
    width: 330,
    height: 240,
    marginLeft: 48,
    marginTop: 26,
    x: {
      label: 'session',
      domain: [0.5, page.sessionCount + 0.5],
      ticks: Math.min(10, page.sessionCount),
      tickFormat: 'd',
    },
    y: { label: 'depth (µm)', domain: [low - space, high + space], grid: true, ticks: 5 },
    color: { domain: ['as recorded', 'motion taken out'], range: ['#a3a7ad', '#0072b2'], legend: true },
    marks: [
      Plot.lineY(points, { x: 'session', y: 'depth', stroke: 'kind', z: 'kind' }),
      Plot.dot(points, { x: 'session', y: 'depth', fill: 'kind', r: 4 }),
    ],
  });
}

/** Similarities or match probabilities of the units of a cluster. */
export function similarityPlot(page: ReportPage, units: Units, entry: Entry): Element {
  const isProbability = page.measure === 'probability';
  const digits = isProbability ? 2 : 1;
  const label = (unit: number) =>
    units.session ? `s${units.session[unit]!} · ${numberOf(units, unit)}` : String(numberOf(units, unit));
  const cells = entry.units.flatMap((a, i) =>
    entry.units.map((b, j) => ({ a: label(a), b: label(b), value: i === j ? NaN : entry.matrix![i]![j]! })),
  );
  const size = Math.min(42, Math.max(14, 420 / entry.units.length));
  const values = cells.map(({ value }) => value).filter((value) => !Number.isNaN(value));
  return Plot.plot({
    style,
    width: entry.units.length * size + 80,
    height: entry.units.length * size + 74,
    marginLeft: 70,
    marginTop: 64,
    marginBottom: 8,
    x: { axis: 'top', label: null, tickRotate: -60, domain: entry.units.map(label) },
    y: { label: null, domain: entry.units.map(label) },
    color: {
      scheme: 'blues',
      domain: isProbability ? [0, 1] : [Math.min(0, ...values), Math.max(...values)],
      unknown: '#e8e9eb',
    },
    marks: [
      Plot.cell(cells, {
        x: 'a',
        y: 'b',
        fill: 'value',
        inset: 0.5,
        title: ({ a, b, value }: (typeof cells)[number]) =>
          a === b ? a : `${a} and ${b}: ${Number.isNaN(value) ? 'too far apart to be compared' : value.toFixed(2)}`,
      }),
      ...(size > 27
        ? [
            Plot.text(
              cells.filter(({ value }) => !Number.isNaN(value)),
              {
                x: 'a',
                y: 'b',
                text: (cell: (typeof cells)[number]) => cell.value.toFixed(digits),
                fill: (cell: (typeof cells)[number]) => (cell.value > 0.6 * Math.max(...values) ? 'white' : '#1f2933'),
              },
            ),
          ]
        : []),
    ],
  });
}

function smallestGap(values: number[], fallback: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.slice(1).reduce((gap, value, i) => Math.min(gap, value - sorted[i]! || gap), Infinity) === Infinity
    ? fallback
    : sorted
        .slice(1)
        .reduce((gap, value, i) => (value > sorted[i]! ? Math.min(gap, value - sorted[i]!) : gap), Infinity);
}

/** The largest of 1, 2, 5, 10, … that is not above a value. */
function niceStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [5, 2, 1].map((factor) => factor * power).find((step) => step <= value) ?? power;
}
