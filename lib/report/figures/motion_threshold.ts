import type { Figure, FigureData } from './figure.js';
import { kindColor, thresholdMark } from './theme.js';

/** Of more rounds than this, the first and the last are drawn. */
const mostRounds = 10;

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
  if (rounds.length < all.length) {
    figure.caption += ` Of ${all.length} rounds the first and the last${several ? ' of each shank' : ''} are shown.`;
  }
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
