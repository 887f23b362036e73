import { clusterMembers } from '../similarities.js';
import type { Figure, SmallFigureData } from './figure.js';
import { colors } from './theme.js';

/** How many units of a session are found again in another one, and for how long neurons were followed. */
export function matchingBetweenSessions({ data }: SmallFigureData): Figure {
  const { sessions, sessionCount } = data;
  const figure = {
    name: 'matching_between_sessions',
    title: 'Matching between sessions',
    caption:
      'Share of the units of one session (row) that were found again in another one (column); the same against the distance of the sessions (dots: pairs of sessions, line: mean); and in how many sessions neurons were found.',
  };
  if (!sessions || sessionCount < 2) {
    return {
      ...figure,
      spec: { missing: sessions ? 'There is a single session.' : 'The sessions of the units are not known.' },
    };
  }
  const unitsOf = new Int32Array(sessionCount + 1);
  for (const session of sessions) unitsOf[session]!++;
  const shared = Array.from({ length: sessionCount + 1 }, () => new Int32Array(sessionCount + 1));
  const spans = new Int32Array(sessionCount + 1);
  for (const members of clusterMembers(data)) {
    const found = [...new Set(members.map((unit) => sessions[unit]!))];
    spans[found.length]!++;
    for (const a of found) for (const b of found) shared[a]![b]!++;
  }
  const cells = Array.from({ length: sessionCount ** 2 }, (_, i) => {
    const [from, to] = [Math.floor(i / sessionCount) + 1, (i % sessionCount) + 1];
    return { from, to, distance: Math.abs(from - to), share: (100 * shared[from]![to]!) / Math.max(1, unitsOf[from]!) };
  }).filter(({ distance }) => distance > 0);
  const side = Math.min(420, Math.max(220, 34 * sessionCount));
  const numbers = { labelAngle: 0, labelOverlap: true, grid: false } as const;
  return {
    ...figure,
    spec: {
      resolve: { scale: { color: 'independent' } },
      hconcat: [
        {
          data: { values: cells },
          width: side,
          height: side,
          encoding: {
            x: { field: 'to', type: 'ordinal', title: 'found again in session', axis: numbers },
            y: { field: 'from', type: 'ordinal', title: 'units of session', axis: numbers },
          },
          layer: [
            {
              mark: { type: 'rect' },
              encoding: {
                color: {
                  field: 'share',
                  type: 'quantitative',
                  title: 'units (%)',
                  scale: { scheme: 'viridis', domain: [0, 100] },
                  legend: { gradientLength: side - 30 },
                },
              },
            },
            ...(sessionCount > 12
              ? []
              : [
                  {
                    mark: { type: 'text', fontSize: 11 } as const,
                    encoding: {
                      text: { field: 'share', type: 'quantitative', format: '.0f' } as const,
                      color: { condition: { test: 'datum.share > 60', value: colors.ink }, value: 'white' },
                    },
                  },
                ]),
          ],
        },
        {
          data: { values: cells },
          width: 280,
          height: side,
          encoding: {
            x: {
              field: 'distance',
              type: 'quantitative',
              title: 'distance of the sessions',
              axis: { tickMinStep: 1, format: 'd' },
              scale: { zero: false, nice: false, padding: 14 },
            },
          },
          layer: [
            {
              mark: { type: 'point', filled: true, color: colors.unmatched, opacity: 0.5, size: 22 },
              encoding: {
                y: {
                  field: 'share',
                  type: 'quantitative',
                  title: 'units found again (%)',
                  scale: { domain: [0, 100] },
                },
              },
            },
            {
              mark: {
                type: 'line',
                color: colors.matched,
                strokeWidth: 2.4,
                point: { filled: true, size: 40, color: colors.matched },
              },
              encoding: { y: { aggregate: 'mean', field: 'share', type: 'quantitative' } },
            },
          ],
        },
        {
          data: { values: Array.from(spans, (neurons, count) => ({ count, neurons })).slice(2) },
          width: Math.min(420, Math.max(140, 30 * (sessionCount - 1))),
          height: side,
          mark: { type: 'bar', color: colors.matched },
          encoding: {
            x: { field: 'count', type: 'ordinal', title: 'found in … sessions', axis: numbers },
            y: {
              field: 'neurons',
              type: 'quantitative',
              title: 'neurons',
              axis: { tickMinStep: 1 },
              scale: { nice: true },
            },
          },
        },
      ],
    },
  };
}
