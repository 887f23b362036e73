import { saveThem } from '../report_data.js';
import type { Histogram } from '../similarities.js';
import type { Figure, FigureData } from './figure.js';
import { binnedImage, imageLayer, rangeOf } from './raster.js';
import { colors, kindColor, thresholdMark } from './theme.js';

const noMatrices = `The similarity matrices were not saved (save_intermediate_results: false). ${saveThem}`;

/** Similarities of all pairs, feature by feature. */
export function featureSimilarities({ similarities: { features } }: FigureData): Figure {
  const figure = {
    name: 'feature_similarities',
    title: 'Similarity by each feature',
    caption:
      'All pairs of units and the pairs that were matched, each as share of its kind. The less they overlap, the better a feature tells neurons apart.',
  };
  if (features.length === 0) return { ...figure, spec: { missing: noMatrices } };
  return {
    ...figure,
    spec: {
      columns: 2,
      concat: features.map(({ name, all, matched }) => ({
        title: { text: name, fontSize: 13, fontWeight: 500, offset: 6 },
        width: 340,
        height: 170,
        data: { values: [...shares(all, 'all pairs'), ...shares(matched, 'matched pairs')] },
        mark: {
          type: 'area',
          interpolate: 'step',
          opacity: 0.55,
          line: { strokeWidth: 1.4, interpolate: 'step' },
          clip: true,
        },
        encoding: {
          x: { field: 'at', type: 'quantitative', title: 'similarity (Fisher z)', scale: { nice: true, zero: false } },
          y: { field: 'share', type: 'quantitative', title: 'share of pairs (%)', stack: null },
          color: {
            field: 'kind',
            type: 'nominal',
            title: null,
            scale: { domain: ['matched pairs', 'all pairs'], range: [colors.matched, colors.unmatched] },
          },
        },
      })),
    },
  };
}

function shares({ start, binWidth, counts }: Histogram, kind: string) {
  const total = counts.reduce((a, b) => a + b, 0);
  const first = counts.findIndex((count) => count > 0);
  const last = counts.findLastIndex((count) => count > 0);
  if (total === 0) return [];
  return Array.from({ length: last - first + 3 }, (_, i) => ({
    kind,
    at: start + (first + i - 0.5) * binWidth,
    share: (100 * (counts[first + i - 1] ?? 0)) / total,
  }));
}

const mostBars = 1000;

/** The weighted similarity of matched and unmatched nearby pairs, the learned weights and the threshold. */
export function similarityDistributions({ data, similarities: { nearby } }: FigureData): Figure {
  const figure = {
    name: 'similarity_distributions',
    title: 'Matched and unmatched pairs',
    caption:
      'Weighted similarity of nearby pairs after the final clustering, with the threshold of good matches (dashed; one per shank) and the learned weights.',
  };
  const { nearbyPairs, groups, clusters } = data;
  if (!nearby || !nearbyPairs) return { ...figure, spec: { missing: noMatrices } };
  const [smallest, largest] = rangeOf([nearby]);
  // Learned weights can be of any size, and so can their sums.
  const binWidth = Math.max(0.05, (largest - smallest) / mostBars);
  const lowest = Math.floor(smallest / binWidth);
  const bars = Object.entries(pairsByKind(clusters, nearbyPairs)).flatMap(([kind, pairs]) => {
    const counts = new Uint32Array(mostBars + 2);
    for (const value of picked(nearby, pairs)) counts[Math.floor(value / binWidth) - lowest]!++;
    return Array.from(counts, (count, i) => ({
      kind,
      pairs: count,
      from: (lowest + i) * binWidth,
      to: (lowest + i + 1) * binWidth,
    })).filter((bar) => bar.pairs > 0);
  });
  const thresholds = groups.flatMap(({ threshold, shank }) => (threshold === undefined ? [] : [{ threshold, shank }]));
  const several = groups.length > 1;
  const histogram = (kinds: string[], title: string) => ({
    width: 460,
    height: 150,
    layer: [
      {
        data: { values: bars.filter(({ kind }) => kinds.includes(kind)) },
        mark: { type: 'bar', binSpacing: 0 } as const,
        encoding: {
          x: { field: 'from', type: 'quantitative', bin: 'binned', title: 'weighted similarity (Fisher z)' } as const,
          x2: { field: 'to' },
          y: { field: 'pairs', type: 'quantitative', title } as const,
          color: { ...kindColor, legend: null },
        },
      },
      {
        data: { values: thresholds },
        mark: thresholdMark,
        encoding: { x: { field: 'threshold', type: 'quantitative' } as const },
      },
    ],
  });
  const weights = groups.flatMap(({ features, shank }) =>
    features.map(({ name, weight }) => ({ name, weight, shank: several ? `shank ${shank}` : '' })),
  );
  return {
    ...figure,
    spec: {
      resolve: { scale: { color: 'independent' } },
      hconcat: [
        {
          resolve: { scale: { x: 'shared' } },
          vconcat: [histogram(['matched'], 'matched pairs'), histogram(['unmatched'], 'unmatched pairs')],
        },
        {
          data: { values: weights },
          width: 150,
          height: several ? { step: 16 } : { step: 34 },
          encoding: {
            y: { field: 'name', type: 'nominal', title: null, sort: null },
            ...(several && { yOffset: { field: 'shank', type: 'nominal' } }),
            x: { field: 'weight', type: 'quantitative', title: 'weight' },
          },
          layer: [
            {
              mark: { type: 'bar', color: colors.matched },
              encoding: several
                ? { color: { field: 'shank', type: 'nominal', title: null, scale: { range: [...colors.series] } } }
                : {},
            },
            ...(several
              ? []
              : [
                  {
                    mark: { type: 'text', align: 'left', dx: 4, fontSize: 11 } as const,
                    encoding: { text: { field: 'weight', type: 'quantitative', format: '.2f' } as const },
                  },
                ]),
          ],
        },
      ],
    },
  };
}

const side = 360;
const binSide = 3;

/** Pairs of features against each other. */
export function featureScatter({ data, similarities: { features } }: FigureData): Figure {
  const { nearbyPairs, clusters, groups } = data;
  const figure = { name: 'feature_scatter', title: 'Features against each other', caption: '' };
  const known = features.filter(({ nearby }) => nearby);
  if (!nearbyPairs || features.length === 0) return { ...figure, spec: { missing: noMatrices } };
  if (known.length < 2) return { ...figure, spec: { missing: 'A single feature was used.' } };
  const [group] = groups;
  const threshold = groups.length === 1 ? group?.threshold : undefined;
  const weightOf = (name: string) => group?.features.find((feature) => feature.name === name)?.weight ?? 0;
  const pairsOf = pairsByKind(clusters, nearbyPairs);
  const panels = known.flatMap((a, i) => known.slice(i + 1).map((b) => [a, b] as const));
  return {
    ...figure,
    caption:
      `All ${(nearbyPairs.length / 2).toLocaleString('en-US')} pairs of nearby units by their similarities, the darker the more pairs; blue where pairs were matched.` +
      (known.length === 2 && threshold !== undefined
        ? ' Pairs above the dashed line are more similar than the threshold.'
        : ''),
    spec: {
      columns: 3,
      concat: panels.map(([a, b]) => {
        const of = (kind: 'matched' | 'unmatched') => ({
          x: picked(a.nearby!, pairsOf[kind]),
          y: picked(b.nearby!, pairsOf[kind]),
          color: colors[kind],
        });
        const { url, x, y } = binnedImage([of('unmatched'), of('matched')], side / binSide, binSide);
        return {
          width: side,
          height: side,
          layer: [
            imageLayer(url, side),
            // For the axes and the legend of the image
            {
              data: { values: (['matched', 'unmatched'] as const).map((kind) => ({ kind, x: x[0], y: y[0] })) },
              mark: { type: 'point', filled: true, size: 0 },
              encoding: {
                x: axisOf('x', `${a.name} similarity (Fisher z)`, x),
                y: axisOf('y', `${b.name} similarity (Fisher z)`, y),
                color: { ...kindColor, legend: { symbolSize: 60 } },
              },
            },
            ...(known.length === 2 && threshold !== undefined && weightOf(b.name) !== 0
              ? [
                  {
                    data: { values: thresholdLine(x, y, weightOf(a.name), weightOf(b.name), threshold) },
                    mark: { ...thresholdMark, type: 'line' as const, clip: true },
                    encoding: {
                      x: { field: 'x', type: 'quantitative' } as const,
                      y: { field: 'y', type: 'quantitative' } as const,
                    },
                  },
                ]
              : []),
          ],
        };
      }),
    },
  };
}

function picked(values: Float32Array, places: Int32Array): Float32Array {
  const some = new Float32Array(places.length);
  for (let i = 0; i < places.length; ++i) some[i] = values[places[i]!]!;
  return some;
}

function axisOf(field: string, title: string, domain: [number, number]) {
  return {
    field,
    type: 'quantitative',
    title,
    scale: { domain, nice: false, zero: false },
    axis: { grid: false, zindex: 1 },
  } as const;
}

/** The part of weightX·x + weightY·y = threshold within the range of the values. */
function thresholdLine(
  [xLow, xHigh]: [number, number],
  [yLow, yHigh]: [number, number],
  weightX: number,
  weightY: number,
  threshold: number,
) {
  const steps = 200;
  return Array.from({ length: steps + 1 }, (_, i) => {
    const x = xLow + ((xHigh - xLow) * i) / steps;
    return { x, y: (threshold - weightX * x) / weightY };
  }).filter(({ y }) => y >= yLow && y <= yHigh);
}

/** The numbers of the pairs (P, 2) that are in the same cluster, and of the others. */
function pairsByKind(clusters: Int32Array, pairs: Int32Array): Record<'matched' | 'unmatched', Int32Array> {
  const numbers = new Int32Array(pairs.length / 2);
  // The others from the end on.
  let [matched, unmatched] = [0, numbers.length];
  for (let p = 0; p < numbers.length; ++p) {
    const cluster = clusters[pairs[2 * p]!]!;
    if (cluster > 0 && cluster === clusters[pairs[2 * p + 1]!]!) numbers[matched++] = p;
    else numbers[--unmatched] = p;
  }
  return { matched: numbers.subarray(0, matched), unmatched: numbers.subarray(unmatched) };
}
