import type { MatchEvidence } from '../../results/stored_result.js';
import { saveThem, type ReportData } from '../report_data.js';
import type { Figure, FigureData } from './figure.js';
import { condenseDistances, condenseProbabilities, matrixUrl, type Condensed } from './matrix_image.js';
import { imageLayer } from './raster.js';
import { colors } from './theme.js';

const side = 620;

/** Distances in the order of the tree's leaves, with the clusters marked. */
export function distanceMatrix({ data, distanceSums }: FigureData): Figure {
  const matrix = distanceSums && condenseDistances(data, distanceSums);
  return unitMatrix(data, matrix, { name: 'distance_matrix', title: 'Distances between units', note: '' });
}

/** Match probabilities in the order of the leaves. */
export function probabilityMatrix({ data }: FigureData, matches: MatchEvidence): Figure {
  return unitMatrix(data, condenseProbabilities(data, matches), {
    name: 'probability_matrix',
    title: 'Match probabilities between units',
    note: ' Each probability is judged by the two units and their rivals.',
  });
}

function unitMatrix(
  data: ReportData,
  matrix: Condensed | undefined,
  { note, ...about }: { name: string; title: string; note: string },
): Figure {
  const figure = {
    ...about,
    caption:
      'Units stand in the order of the leaves of the clustering tree, so that similar ones are neighbours. Squares mark clusters.' +
      note +
      (data.groups.length > 1 ? ' Units of different shanks are not compared.' : '') +
      (matrix && matrix.side < matrix.order.length
        ? ` Each of the ${matrix.side} × ${matrix.side} pixels is the mean of several pairs of units.`
        : ''),
  };
  if (!matrix)
    return {
      ...figure,
      spec: { missing: `The distance matrix was not saved (save_intermediate_results: false). ${saveThem}` },
    };
  const { order, range, measure } = matrix;
  const scale = { domain: [0, order.length], nice: false };
  return {
    ...figure,
    spec: {
      width: side,
      height: side,
      layer: [
        imageLayer(matrixUrl(matrix), side),
        {
          data: { values: clusterRuns(order, data.clusters) },
          mark: {
            type: 'rect',
            filled: false,
            stroke: colors.threshold,
            strokeWidth: order.length > 1500 ? 0.5 : 1.3,
            opacity: order.length > 1500 ? 0.7 : 1,
          },
          encoding: {
            x: { field: 'from', type: 'quantitative', title: 'unit in leaf order', scale, axis: { grid: false } },
            x2: { field: 'to' },
            y: {
              field: 'from',
              type: 'quantitative',
              title: 'unit in leaf order',
              scale: { ...scale, reverse: true },
              axis: { grid: false },
            },
            y2: { field: 'to' },
          },
        },
        // Only for the legend of the image
        {
          data: { values: range.map((value) => ({ value })) },
          mark: { type: 'point', opacity: 0 },
          encoding: {
            color: {
              field: 'value',
              type: 'quantitative',
              title: measure,
              scale: { range: matrix.palette.map((rgb) => `rgb(${rgb.join(',')})`), domain: range, interpolate: 'rgb' },
              legend: { gradientLength: 240, format: '.2f' },
            },
          },
        },
      ],
    },
  };
}

/** Neighbouring leaves of the same cluster. */
function clusterRuns(order: Int32Array, clusters: Int32Array): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = [];
  for (let from = 0; from < order.length;) {
    const cluster = clusters[order[from]!]!;
    let to = from + 1;
    while (to < order.length && clusters[order[to]!] === cluster) ++to;
    if (cluster > 0 && to > from + 1) runs.push({ from, to });
    from = to;
  }
  return runs;
}
