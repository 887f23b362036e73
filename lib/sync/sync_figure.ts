import type { LayerSpec, UnitSpec } from 'vega-lite/types_unstable/spec/index.js';

import type { Figure } from '../report/figures/figure.js';
import { colors } from '../report/figures/theme.js';
import type { ClockMap } from './clock_map.js';
import type { SyncLag } from './find_lag.js';

type Panel = LayerSpec<string> | UnitSpec<string>;

/** How much of the signals is drawn, ms */
const shownMs = 5000;
/** Most points of the drift */
const mostPoints = 3000;

const width = 900;

/**
 * The figure to check a synchronisation by: the first five seconds that both recorded, the one above the other, and how far
 * the changes of the two drift apart over the whole session. States are at 1 kHz.
 */
export function syncFigure(
  title: string,
  behaviour: Uint8Array,
  probe: Uint8Array,
  lag: SyncLag,
  clock: ClockMap | undefined,
): Figure {
  const [a, b] = [behaviour.subarray(Math.max(lag.lagMs, 0)), probe.subarray(Math.max(-lag.lagMs, 0))];
  const shown = Math.min(a.length, b.length, shownMs);
  const panels: Panel[] = [
    statePanel('behaviour', a.subarray(0, shown), colors.series[0]),
    statePanel('probe', b.subarray(0, shown), colors.series[1]),
  ];
  if (clock) panels.push(driftPanel(clock, lag.lagMs));
  return {
    name: 'sync',
    title,
    caption: 'The sync signals of behaviour and probe: do their pulses stand one above the other?',
    spec: {
      title: { text: title, subtitle: subtitle(lag, clock) },
      vconcat: panels,
      spacing: 18,
    },
  };
}

function subtitle({ lagMs, matchPercent, undetermined, next }: SyncLag, clock: ClockMap | undefined): string[] {
  if (undetermined === 'flat') return ['LAG NOT DETERMINED: one of the signals never changes'];
  const lag = `lag ${lagMs} ms, match ${matchPercent.toFixed(2)} %`;
  const lines = [
    undetermined === undefined
      ? `${lag} (${lagMs < 0 ? 'the probe' : 'the behaviour'} began first)`
      : `LAG NOT DETERMINED: best ${lag}` +
        (undetermined === 'ambiguous' && next ? `, but ${next.lagMs} ms is as good` : ', which chance could be'),
  ];
  if (clock && undetermined === undefined) {
    const { edges, matched, driftPpm, residualUs } = clock;
    lines.push(
      `${edges} changes in both (${(100 * matched).toFixed(1)} % of the probe’s), drift ${driftPpm.toFixed(2)} ppm, ` +
        `from the line: RMS ${residualUs.rms.toFixed(0)} µs, largest ${residualUs.max.toFixed(0)} µs`,
    );
  }
  return lines;
}

function statePanel(name: string, states: Uint8Array, color: string): Panel {
  const changes = Array.from(states, (state, ms) => ({ s: ms / 1000, state })).filter(
    ({ state }, ms) => ms === 0 || ms === states.length - 1 || state !== states[ms - 1],
  );
  return {
    width,
    height: 70,
    data: { values: changes },
    mark: { type: 'line', interpolate: 'step-after', color, strokeWidth: 1.2 },
    encoding: {
      x: { field: 's', type: 'quantitative', title: 'time that both recorded (s)', scale: { nice: false } },
      y: { field: 'state', type: 'quantitative', title: name, axis: { values: [0, 1], grid: false } },
    },
  };
}

/** How much later the behaviour’s clock is at each change than the lag says, and the line that is fitted to it */
function driftPanel({ probeS, laterS, offsetS, scale }: ClockMap, lagMs: number): Panel {
  const step = Math.ceil(probeS.length / mostPoints);
  const points = Array.from(probeS, (s, i) => ({ s, ms: 1000 * laterS[i]! - lagMs })).filter((_, i) => i % step === 0);
  const line = [probeS[0]!, probeS.at(-1)!].map((s) => ({ s, ms: 1000 * (offsetS + (scale - 1) * s) - lagMs }));
  const encoding = {
    x: { field: 's', type: 'quantitative', title: 'time on the probe’s clock (s)', scale: { nice: false } },
    y: { field: 'ms', type: 'quantitative', title: 'drift from the lag (ms)', scale: { zero: true } },
  } as const;
  return {
    width,
    height: 170,
    layer: [
      {
        data: { values: points },
        mark: { type: 'point', filled: true, size: 9, color: colors.ink, opacity: 0.5 },
        encoding,
      },
      { data: { values: line }, mark: { type: 'line', color: colors.threshold, strokeWidth: 1.4 }, encoding },
    ],
  };
}
