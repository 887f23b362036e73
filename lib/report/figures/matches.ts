import type { MatchEvidence } from '../../results/stored_result.js';
import { clusterMembers } from '../similarities.js';
import type { Figure, SmallFigureData } from './figure.js';
import { colors, thresholdMark } from './theme.js';

const binCount = 50;

/** Kinds of pairs, as the figure tells them apart. */
const kinds = {
  matched: { title: 'matched pairs', color: colors.matched },
  unmatched: { title: 'pairs of different sessions that were not matched', color: colors.unmatched },
  sameSession: { title: 'pairs of the same session: what different neurons look like', color: '#6b7178' },
} as const;

type PairKind = keyof typeof kinds;

/** Probabilities of nearby pairs: matched, unmatched, and those within a session, which show what chance does. */
export function matchProbabilities({ data }: SmallFigureData, matches: MatchEvidence): Figure {
  const { sessions, settings } = data;
  const figure = {
    name: 'match_probabilities',
    title: 'Match probabilities',
    caption:
      'Probability that two nearby units are one neuron, judged by the two and their rivals; counts are on a logarithmic scale. A good recording has many pairs near 0 and near 1 and few between. Units of the same session are different neurons unless the sorter split one (those near 1). Dashed: what two single units are joined from (min_probability). Groups of units are judged as a whole: some pairs left of the line are matched, some right of it are not.',
  };
  if (!sessions) return { ...figure, spec: { missing: 'The sessions of the units are not known.' } };
  const counts = probabilityCounts(data.clusters, matches, sessions);
  const minimum = settings?.matching?.min_probability;
  const names = Object.keys(kinds) as PairKind[];
  return {
    ...figure,
    spec: {
      spacing: 14,
      vconcat: names.map((kind, i) => ({
        title: { text: kinds[kind].title, fontSize: 13, fontWeight: 500, offset: 4, frame: 'group' },
        width: 480,
        height: 110,
        layer: [
          {
            data: {
              values: Array.from(counts[kind], (pairs, bin) => ({
                pairs,
                from: bin / binCount,
                to: (bin + 1) / binCount,
              })),
            },
            mark: { type: 'bar', binSpacing: 0, color: kinds[kind].color },
            encoding: {
              x: {
                field: 'from',
                type: 'quantitative',
                bin: 'binned',
                title: i === names.length - 1 ? 'probability of being one neuron' : null,
                scale: { domain: [0, 1] },
              },
              x2: { field: 'to' },
              y: {
                field: 'pairs',
                type: 'quantitative',
                title: 'pairs',
                scale: { type: 'symlog' },
                axis: { values: [0, 1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7], format: ',d', labelOverlap: 'greedy' },
              },
            },
          },
          ...(minimum === undefined
            ? []
            : [
                {
                  data: { values: [{ minimum }] },
                  mark: thresholdMark,
                  encoding: { x: { field: 'minimum', type: 'quantitative' } as const },
                },
              ]),
        ],
      })),
    },
  };
}

function probabilityCounts(
  clusters: Int32Array,
  { pairs, probabilities }: MatchEvidence,
  sessions: Int32Array,
): Record<PairKind, Uint32Array> {
  const counts = {
    matched: new Uint32Array(binCount),
    unmatched: new Uint32Array(binCount),
    sameSession: new Uint32Array(binCount),
  };
  probabilities.forEach((probability, p) => {
    const [a, b] = [pairs[2 * p]!, pairs[2 * p + 1]!];
    const isMatched = clusters[a]! > 0 && clusters[a] === clusters[b];
    const kind = sessions[a] === sessions[b] ? 'sameSession' : isMatched ? 'matched' : 'unmatched';
    counts[kind][Math.min(binCount - 1, Math.floor(probability * binCount))]!++;
  });
  return counts;
}

/** How sure the clusters are, and whether that depends on how long a neuron was followed. */
export function clusterConfidences({ data }: SmallFigureData, matches: MatchEvidence): Figure {
  const { sessions, sessionCount } = data;
  const figure = {
    name: 'cluster_confidence',
    title: 'Confidence of the neurons',
    caption:
      'Expected share of right pairs in each neuron: the mean probability of its pairs, given all units. It tells of doubtful matches, but not of different neurons that look the same and were never recorded in the same session.',
  };
  if (!matches.confidence || !sessions)
    return { ...figure, spec: { missing: 'The confidence of the clusters was not saved.' } };
  if (matches.confidence.length === 0) return { ...figure, spec: { missing: 'No neuron was followed.' } };
  const confidence = matches.confidence;
  const lowest = Math.floor(20 * Math.min(0.95, ...confidence)) / 20;
  const step = (1 - lowest) / 40;
  const bars = new Map<number, number>();
  const dots = new Map<string, { span: number; confidence: number; neurons: number }>();
  clusterMembers(data).forEach((members, c) => {
    const bin = Math.min(39, Math.floor((confidence[c]! - lowest) / step));
    bars.set(bin, (bars.get(bin) ?? 0) + 1);
    const span = new Set(members.map((unit) => sessions[unit]!)).size;
    const key = `${span} ${bin}`;
    const dot = dots.get(key) ?? { span, confidence: lowest + (bin + 0.5) * step, neurons: 0 };
    dots.set(key, { ...dot, neurons: dot.neurons + 1 });
  });
  const x = { scale: { domain: [lowest, 1] }, axis: { format: '.0%', tickCount: 6 } };
  const title = 'confidence';
  return {
    ...figure,
    spec: {
      hconcat: [
        {
          data: {
            values: Array.from(bars, ([bin, neurons]) => ({
              neurons,
              from: lowest + bin * step,
              to: lowest + (bin + 1) * step,
            })),
          },
          width: 340,
          height: 230,
          mark: { type: 'bar', binSpacing: 0, color: colors.matched },
          encoding: {
            x: { ...x, field: 'from', type: 'quantitative', bin: 'binned', title },
            x2: { field: 'to' },
            y: { field: 'neurons', type: 'quantitative', title: 'neurons', axis: { tickMinStep: 1 } },
          },
        },
        {
          data: { values: [...dots.values()] },
          width: Math.min(420, Math.max(200, 26 * sessionCount)),
          height: 230,
          mark: { type: 'point', filled: true, color: colors.matched, opacity: 0.75 },
          encoding: {
            x: {
              field: 'span',
              type: 'ordinal',
              title: 'found in … sessions',
              axis: { labelAngle: 0, labelOverlap: 'greedy', grid: false },
            },
            y: { ...x, field: 'confidence', type: 'quantitative', title },
            size: {
              field: 'neurons',
              type: 'quantitative',
              scale: { range: [12, 220], zero: false },
              legend: { tickCount: 3, format: 'd', symbolFillColor: colors.matched, symbolStrokeWidth: 0 },
            },
          },
        },
      ],
    },
  };
}
