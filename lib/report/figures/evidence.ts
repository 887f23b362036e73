import type { LayerSpec, UnitSpec } from 'vega-lite/types_unstable/spec/index.js';

import { distancesOf } from '../../evidence/by_distance.js';
import type { Figure, SmallFigureData } from './figure.js';
import { colors } from './theme.js';

type Panel = LayerSpec<string> | UnitSpec<string>;

/** Which sessions share neurons, and how far the tissue moved between them. */
export function sessionsThatConnect({ data }: SmallFigureData): Figure {
  const { sessionPairs, notMeasured } = data.evidence;
  const figure = {
    name: 'evidence_sessions',
    title: 'Matches of each two sessions',
    section: 'evidence' as const,
    caption:
      'Matches of each two sessions, as a share of the units of the session with fewer; below, how far the matched units moved in depth (the most common difference, µm). In a good recording, sessions near in time share many, and displacements agree with each other: 1 to 2 and 2 to 3 add up to 1 to 3. Sessions that are not connected show no neurons in common: nothing is matched between them, and how far the tissue moved between them is not known.',
  };
  if (sessionPairs.length === 0)
    return { ...figure, spec: { missing: notMeasured[0] ?? 'There is a single session.' } };
  const { sessionCount } = data;
  const side = Math.min(560, Math.max(240, 62 * (sessionCount - 1)));
  const moved = (um: number) => (Number.isNaN(um) ? '' : `${um > 0 ? '+' : ''}${um} µm`.replace('-', '−'));
  const values = sessionPairs.map(({ sessions: [first, second], share, matches, displacementUm, connection }) => {
    const isConnected = connection?.isConnected !== false;
    return {
      first,
      second,
      percent: 100 * share,
      isConnected,
      above: !isConnected ? 'not' : matches === 0 ? '–' : String(matches),
      below: isConnected ? moved(displacementUm) : 'connected',
    };
  });
  const ink = {
    condition: { test: 'datum.percent > 45 || !datum.isConnected', value: colors.ink },
    value: 'white',
  };
  const text = (field: string, dy: number, fontSize: number): Panel => ({
    mark: { type: 'text', dy, fontSize },
    encoding: { text: { field }, color: ink },
  });
  const axis = { labelAngle: 0, labelOverlap: true, grid: false } as const;
  return {
    ...figure,
    spec: {
      data: { values },
      width: side,
      height: side,
      encoding: {
        x: { field: 'second', type: 'ordinal', title: 'later session', axis },
        y: { field: 'first', type: 'ordinal', title: 'earlier session', axis },
      },
      layer: [
        {
          mark: { type: 'rect' },
          encoding: {
            color: {
              condition: {
                test: 'datum.isConnected',
                field: 'percent',
                type: 'quantitative',
                title: 'matched (%)',
                scale: { scheme: 'viridis', domain: [0, 60], clamp: true },
                legend: { gradientLength: side - 30 },
              },
              value: colors.faint,
            },
          },
        },
        ...(sessionCount > 12 ? [] : [text('above', -6, 12), text('below', 9, 10)]),
      ],
    },
  };
}

/** Whether matches become fewer with time. */
export function matchesOverTime({ data }: SmallFigureData): Figure {
  const { sessionPairs, notMeasured } = data.evidence;
  const { isInDays, distances } = distancesOf(sessionPairs);
  const figure = {
    name: 'evidence_days',
    title: isInDays ? 'Matches against days between sessions' : 'Matches against the distance of sessions',
    section: 'evidence' as const,
    caption: `Each dot is a pair of sessions: matches as a share of the units of the session with fewer. Neurons are lost with time, so the share should fall, slowly. Grey: not connected. A share that does not depend on time is what chance would make.${
      isInDays
        ? ''
        : ' Sessions are counted in their order; session_days.npy in the data folder (one number for each session) would give days.'
    }`,
  };
  if (sessionPairs.length === 0)
    return { ...figure, spec: { missing: notMeasured[0] ?? 'There is a single session.' } };
  return {
    ...figure,
    spec: {
      data: {
        values: sessionPairs.map(({ share, sessions, connection }, k) => ({
          distance: distances[k]!,
          percent: 100 * share,
          isConnected: connection?.isConnected !== false,
          pair: connection?.isConnected === false ? '' : sessions.join('–'),
        })),
      },
      width: 460,
      height: 280,
      encoding: {
        x: {
          field: 'distance',
          type: 'quantitative',
          title: isInDays ? 'days between the sessions' : 'sessions apart',
          axis: { tickMinStep: 1, format: 'd' },
          scale: { domainMin: 0 },
        },
        y: {
          field: 'percent',
          type: 'quantitative',
          title: 'matched units (%)',
          scale: { domainMin: 0, domainMax: Math.max(10, 105 * Math.max(...sessionPairs.map(({ share }) => share))) },
        },
      },
      layer: [
        {
          mark: { type: 'point', filled: true, opacity: 0.7, size: 48 },
          encoding: {
            color: { condition: { test: 'datum.isConnected', value: colors.matched }, value: colors.unmatched },
          },
        },
        ...(sessionPairs.length > 15
          ? []
          : [
              {
                mark: { type: 'text' as const, dx: 6, align: 'left' as const, fontSize: 10, color: '#5b6570' },
                encoding: { text: { field: 'pair' } },
              },
            ]),
      ],
    },
  };
}
