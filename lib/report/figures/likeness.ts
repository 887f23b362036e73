import type { LayerSpec, UnitSpec } from 'vega-lite/types_unstable/spec/index.js';

import type { BlindTest } from '../../evidence/evidence.js';
import { correlationBins } from '../../evidence/likeness.js';
import { verdictText } from '../../evidence/verdict.js';
import type { Figure, SmallFigureData } from './figure.js';
import { colors } from './theme.js';

type Panel = LayerSpec<string> | UnitSpec<string>;

/** Whether matched units fire alike. */
export function intervalsOfMatches({ data }: SmallFigureData): Figure {
  return likenessFigure(data.evidence.intervals, {
    name: 'evidence_intervals',
    title: 'Do matched units fire alike?',
    act: 'fire',
    of: 'interspike-interval histograms (1 to 3000 ms, logarithmic)',
    missing:
      'Not measured yet: "dant evidence RESULT" does it. Where the matching used spike times, as the defaults do, it matches the units again without them first.',
  });
}

/** Whether matched units respond alike. */
export function responsesOfMatches({ data }: SmallFigureData): Figure {
  return likenessFigure(data.evidence.responses, {
    name: 'evidence_responses',
    title: 'Do matched units respond alike?',
    act: 'respond',
    of: 'peri-event time histograms',
    missing: 'Not measured.',
  });
}

interface LikenessWords {
  name: string;
  title: string;
  act: string;
  of: string;
  missing: string;
}

function likenessFigure(test: BlindTest | undefined, { name, title, act, of, missing }: LikenessWords): Figure {
  const source =
    test && !test.isOfResult
      ? ` The ${test.matches} matches here were found again without spike times and responses.`
      : ' The matching did not use them.';
  const figure = {
    name,
    title,
    section: 'evidence' as const,
    caption: `Correlation of the ${of} of matched units, and of units that lie where a match would but were not matched.${source} A good recording has an area under the ROC curve of 0.75 or more; 0.5 is chance.`,
  };
  if (!test) return { ...figure, caption: `Correlation of the ${of}.`, spec: { missing } };
  figure.caption = `${verdictText(test, act)} ${figure.caption}`;
  if (test.matched === 0 || test.neighbours === 0) return { ...figure, spec: { missing: verdictText(test, act) } };
  return { ...figure, spec: { spacing: 30, hconcat: [correlationPanel(test), rocPanel(test)] } };
}

function correlationPanel({ matchedByCorrelation, neighboursByCorrelation }: BlindTest): Panel {
  const kinds = { matched: matchedByCorrelation, 'unmatched neighbours': neighboursByCorrelation };
  const values = Object.entries(kinds).flatMap(([kind, counts]) => {
    const all = counts.reduce((sum, count) => sum + count, 0);
    return counts.map((count, bin) => ({
      kind,
      from: (2 * bin) / correlationBins - 1,
      to: (2 * (bin + 1)) / correlationBins - 1,
      percent: (100 * count) / all,
    }));
  });
  return {
    data: { values },
    width: 300,
    height: 280,
    mark: { type: 'bar', binSpacing: 0, opacity: 0.65 },
    encoding: {
      x: { field: 'from', type: 'quantitative', bin: 'binned', title: 'correlation', scale: { domain: [-1, 1] } },
      x2: { field: 'to' },
      y: { field: 'percent', type: 'quantitative', title: 'pairs (%)', stack: null },
      color: {
        field: 'kind',
        type: 'nominal',
        title: null,
        scale: { domain: Object.keys(kinds), range: [colors.matched, colors.unmatched] },
        legend: { orient: 'top', labelLimit: 0 },
      },
    },
  };
}

function rocPanel({ curve, auc, error }: BlindTest): Panel {
  const points = curve.map(([neighbours, matched], order) => ({ order, neighbours, matched }));
  const share = { type: 'quantitative' as const, scale: { domain: [0, 1] } };
  const x = { ...share, field: 'neighbours', title: 'share of neighbours above a correlation' };
  const y = { ...share, field: 'matched', title: 'share of matched pairs above it' };
  return {
    width: 280,
    height: 280,
    title: { text: `area ${auc.toFixed(2)} ± ${error.toFixed(2)}`, fontSize: 13, fontWeight: 500, offset: 6 },
    layer: [
      {
        data: {
          values: [
            { neighbours: 0, matched: 0 },
            { neighbours: 1, matched: 1 },
          ],
        },
        mark: { type: 'line', color: colors.unmatched, strokeDash: [4, 3] },
        encoding: { x, y },
      },
      {
        data: { values: points },
        mark: { type: 'line', color: colors.matched, interpolate: 'linear' },
        encoding: { x, y, order: { field: 'order', type: 'quantitative' } },
      },
    ],
  };
}
