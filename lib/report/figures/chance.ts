import type { LayerSpec, UnitSpec } from 'vega-lite/types_unstable/spec/index.js';

import type { Figure, SmallFigureData } from './figure.js';
import { colors } from './theme.js';

type Panel = LayerSpec<string> | UnitSpec<string>;

const kinds = { candidates: 'candidates', byChance: 'of them by chance (decoys)' } as const;

/** How many candidates chance makes at each score, by the decoys. */
export function chanceShares({ data }: SmallFigureData): Figure {
  const rows = data.evidence.chance ?? [];
  const figure = {
    name: 'evidence_chance',
    title: 'What would chance do?',
    section: 'evidence' as const,
    caption:
      'Candidates for matches by their score, and how many of these chance makes: units of different sessions that lie far apart on the probe cannot be one neuron, and are compared as if they lay together. Right: the share that chance has of all candidates at a score and above. In a good recording hardly any decoy reaches the scores that many candidates have; where the two run together, matches cannot be told from chance.',
  };
  const used = rows.filter(({ candidatesHere, byChanceHere }) => candidatesHere + byChanceHere > 0);
  if (used.length === 0)
    return {
      ...figure,
      spec: {
        missing: data.matches
          ? 'No two sessions connect, so nothing was compared.'
          : "Only the default method (probabilistic) compares with chance, pyDANT's does not.",
      },
    };
  return { ...figure, spec: { spacing: 30, hconcat: [countPanel(used), sharePanel(used)] } };
}

type Rows = NonNullable<SmallFigureData['data']['evidence']['chance']>;

const scoreAxis = (title: string) => ({
  field: 'score',
  type: 'quantitative' as const,
  title,
  scale: { zero: false, nice: false },
});

function countPanel(rows: Rows): Panel {
  return {
    data: {
      // The last step has a width too.
      values: [
        ...rows,
        { ...rows.at(-1)!, score: rows.at(-1)!.score + (rows[1] ? rows[1].score - rows[0]!.score : 1) },
      ].flatMap(({ score, candidatesHere, byChanceHere }) => [
        { score, kind: kinds.candidates, pairs: candidatesHere },
        { score, kind: kinds.byChance, pairs: byChanceHere },
      ]),
    },
    width: 320,
    height: 280,
    mark: { type: 'line', interpolate: 'step-after' },
    encoding: {
      x: scoreAxis('score (ln odds, before calibration)'),
      y: {
        field: 'pairs',
        type: 'quantitative',
        title: 'pairs of units',
        scale: { type: 'symlog' },
        axis: { values: [0, 1, 10, 100, 1e3, 1e4, 1e5, 1e6], format: ',d', labelOverlap: 'greedy' },
      },
      color: {
        field: 'kind',
        type: 'nominal',
        title: null,
        scale: { domain: Object.values(kinds), range: [colors.matched, colors.threshold] },
        legend: { orient: 'top', labelLimit: 0 },
      },
    },
  };
}

function sharePanel(rows: Rows): Panel {
  return {
    data: {
      values: rows
        .filter(({ candidates }) => candidates > 0)
        .map(({ score, share }) => ({ score, percent: 100 * share })),
    },
    width: 260,
    height: 280,
    mark: { type: 'line', point: { size: 20 }, color: colors.threshold },
    encoding: {
      x: scoreAxis('score and above'),
      y: { field: 'percent', type: 'quantitative', title: 'made by chance (%)', scale: { domain: [0, 100] } },
    },
  };
}
