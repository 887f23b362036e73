import type { LayerSpec, UnitSpec } from 'vega-lite/types_unstable/spec/index.js';
import type { Figure, FigureData } from './figure.js';
import { colors, thresholdMark } from './theme.js';

type Panel = LayerSpec<string> | UnitSpec<string>;

/** The motion of the probe in each session with its 95 % interval. */
export function probeMotion({ data }: FigureData): Figure {
  const groups = data.groups.filter(({ motion }) => motion);
  const figure = {
    name: 'motion',
    title: 'Motion of the probe',
    caption:
      'How far the tissue moved along the probe in each session, relative to the mean of all sessions. Bars show the 95 % interval from resampling the matched pairs.',
  };
  if (groups.length === 0) return { ...figure, spec: { missing: 'The motion was not saved.' } };
  const isLinear = groups.some(({ motion }) => motion!.linear.some((value) => value !== 0));
  const rows = (part: 'constantUm' | 'linear') =>
    groups.flatMap(({ motion, motionInterval, shank }) =>
      Array.from(motion![part], (value, s) => ({
        session: s + 1,
        value,
        low: motionInterval?.low[part][s] ?? null,
        high: motionInterval?.high[part][s] ?? null,
        shank: shank ?? 1,
      })),
    );
  const panel = (part: 'constantUm' | 'linear', title: string): Panel => {
    const severalShanks = groups.length > 1;
    const color = severalShanks
      ? ({ field: 'shank', type: 'nominal', title: 'shank', scale: { range: [...colors.series] } } as const)
      : ({ value: colors.series[0] } as const);
    const x = {
      field: 'session',
      type: 'ordinal',
      title: 'session',
      axis: { labelAngle: 0, labelOverlap: true },
    } as const;
    // Shanks stand side by side instead of on top of each other.
    const xOffset = severalShanks ? { xOffset: { field: 'shank', type: 'nominal' } as const } : {};
    return {
      data: { values: rows(part) },
      width: Math.min(900, Math.max(320, (severalShanks ? 90 : 56) * data.sessionCount)),
      height: 260,
      encoding: { x, ...xOffset, color },
      layer: [
        ...(severalShanks
          ? []
          : [
              {
                mark: { type: 'line', opacity: 0.55 } as const,
                encoding: { y: { field: 'value', type: 'quantitative' } as const },
              },
            ]),
        {
          transform: [{ filter: 'isValid(datum.low)' }],
          mark: { type: 'errorbar', ticks: { width: 7 }, thickness: 1.4 },
          encoding: { y: { field: 'low', type: 'quantitative', title }, y2: { field: 'high' } },
        },
        {
          mark: { type: 'point', filled: true, opacity: 1, size: 46 },
          encoding: { y: { field: 'value', type: 'quantitative', title, axis: zeroLine } },
        },
      ],
    };
  };
  const constant = panel('constantUm', isLinear ? 'motion at depth 0 (µm)' : 'motion (µm)');
  return {
    ...figure,
    spec: isLinear
      ? { vconcat: [constant, panel('linear', 'change with depth (µm per mm)')] }
      : (constant as Figure['spec']),
  };
}

/** Of more rounds than this, the first and the last are drawn. */
const mostRounds = 10;

const zeroLine = {
  gridColor: { condition: { test: 'datum.value === 0', value: '#7b838c' }, value: '#eceef0' },
};

/** Similarities of the nearby pairs in each round of the motion estimate, with the threshold of the round. */
export function motionThreshold({ data }: FigureData): Figure {
  const figure = {
    name: 'motion_threshold',
    title: 'Threshold used for motion',
    caption:
      'Similarity of nearby pairs in each round of the motion estimate. Matched pairs right of the threshold (dashed) tell how far the probe moved.',
  };
  if (!data.record) {
    return {
      ...figure,
      spec: { missing: 'The rounds of the motion estimate are not among the results (no run.json).' },
    };
  }
  const several = data.record.groups.length > 1;
  const all = data.record.groups.flatMap(({ shank, motionIterations }) =>
    motionIterations.map((round, i) => ({
      ...round,
      isFirstOrLast: i === 0 || i === motionIterations.length - 1,
      title: `${several ? `shank ${shank}, ` : ''}round ${i + 1}: ${round.features.join(' + ')} · ${round.matchedPairs} matched pairs`,
    })),
  );
  const rounds = all.length > mostRounds ? all.filter(({ isFirstOrLast }) => isFirstOrLast) : all;
  if (rounds.length === 0) return { ...figure, spec: { missing: 'No motion was estimated.' } };
  return {
    ...figure,
    spec: {
      columns: 2,
      concat: rounds.map(({ title, similarity, threshold }) => ({
        title: { text: title, fontSize: 12, fontWeight: 500, offset: 6 },
        width: 380,
        height: 150,
        layer: [
          {
            data: {
              values: (['unmatched', 'matched'] as const).flatMap((kind) =>
                similarity[kind].map((pairs, bin) => ({
                  kind,
                  pairs,
                  from: similarity.start + bin * similarity.binWidth,
                  to: similarity.start + (bin + 1) * similarity.binWidth,
                })),
              ),
            },
            mark: { type: 'bar', opacity: 0.75, binSpacing: 0 },
            encoding: {
              x: { field: 'from', type: 'quantitative', bin: 'binned', title: 'similarity' },
              x2: { field: 'to' },
              y: { field: 'pairs', type: 'quantitative', title: 'nearby pairs', stack: null },
              color: kindColor,
            },
          },
          ...(threshold === null
            ? []
            : [
                {
                  data: { values: [{ threshold }] },
                  mark: thresholdMark,
                  encoding: { x: { field: 'threshold', type: 'quantitative' } as const },
                },
              ]),
        ],
      })),
    },
  };
}

export const kindColor = {
  field: 'kind',
  type: 'nominal',
  title: 'pairs',
  scale: { domain: ['matched', 'unmatched'], range: [colors.matched, colors.unmatched] },
} as const;
