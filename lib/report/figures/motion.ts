import type { LayerSpec, UnitSpec } from 'vega-lite/types_unstable/spec/index.js';

import { isRigid, motionAt, type Motion } from '../../recording/motion.js';
import type { ReportData } from '../report_data.js';
import type { StoredGroup } from '../../results/stored_result.js';
import type { Figure, SmallFigureData } from './figure.js';
import { sessionColor } from './session_colors.js';
import { colors } from './theme.js';

type Panel = LayerSpec<string> | UnitSpec<string>;

/** The motion of the probe in each session with its 95 % interval. */
export function probeMotion({ data }: SmallFigureData): Figure {
  const groups = data.groups.filter((group): group is MovedGroup => group.motion !== undefined);
  const figure = {
    name: 'motion',
    title: 'Motion of the probe',
    caption:
      'How far the tissue moved along the probe in each session, relative to the mean of all sessions. Bars show the 95 % interval.',
  };
  if (groups.length === 0) return { ...figure, spec: { missing: 'The motion was not saved.' } };
  const severalShanks = groups.length > 1;
  const panel = (title: string, at: (group: MovedGroup, session: number) => Shift): Panel => ({
    ...sessionPanel(data, severalShanks),
    data: {
      values: groups.flatMap((group) =>
        Array.from(group.motion.constantUm, (_, s) => ({
          session: s + 1,
          shank: group.shank ?? 1,
          component: group.component?.[s] ?? 0,
          ...at(group, s + 1),
        })),
      ),
    },
    layer: shiftMarks(title, severalShanks),
  });
  if (groups.some(({ component }) => component && new Set(component).size > 1)) {
    figure.caption +=
      ' Only sessions that show neurons in common are connected by lines; how the probe moved between others is not known, ' +
      'and of sessions that are alone nothing is drawn.';
  }
  const bounded = (group: MovedGroup, session: number, of: (motion: Motion) => number): Shift => {
    if (isAlone(group, session)) return { value: null, low: null, high: null };
    const { low, high } = group.motionInterval ?? {};
    const bound = (motion: Motion | undefined) => (motion && Number.isFinite(of(motion)) ? of(motion) : null);
    return { value: of(group.motion), low: bound(low), high: bound(high) };
  };
  const constant = (group: MovedGroup, session: number) =>
    bounded(group, session, ({ constantUm }) => constantUm[session - 1]!);
  if (groups.every(({ motion }) => isRigid(motion))) {
    return { ...figure, spec: panel('motion (µm)', constant) as Figure['spec'] };
  }
  const curves = depthCurves(data, groups);
  figure.caption += ' It differs with depth: the curves show how, one for each session.';
  const depth = 10 * Math.round(middleDepth(data) / 10);
  const inMiddle = (group: MovedGroup, session: number) =>
    bounded(group, session, (motion) => motionAt(motion, session, depth));
  return {
    ...figure,
    spec: { ...apart, vconcat: [panel(`motion (µm) at depth ${depth} µm`, inMiddle), curves] },
  };
}

type MovedGroup = StoredGroup & { motion: Motion };

/** Whether nothing is known of the motion of a session, as no other is connected with it. */
function isAlone({ component, motion }: MovedGroup, session: number): boolean {
  if (!component || motion.constantUm.length < 2) return false;
  return component.filter((name) => name === component[session - 1]).length < 2;
}

interface Shift {
  /** null: not known */
  value: number | null;
  low: number | null;
  high: number | null;
}

const apart = { resolve: { scale: { color: 'independent' } } } as const;

function sessionPanel(data: ReportData, severalShanks: boolean): Omit<LayerSpec<string>, 'layer'> {
  return {
    width: Math.min(900, Math.max(320, (severalShanks ? 90 : 56) * data.sessionCount)),
    height: 260,
    encoding: {
      x: { field: 'session', type: 'ordinal', title: 'session', axis: { labelAngle: 0, labelOverlap: true } },
      // Shanks stand side by side instead of on top of each other.
      ...(severalShanks && { xOffset: { field: 'shank', type: 'nominal' } }),
      color: severalShanks
        ? { field: 'shank', type: 'nominal', title: 'shank', scale: { range: [...colors.series] } }
        : { value: colors.series[0] },
    },
  };
}

function shiftMarks(title: string, severalShanks: boolean): Panel[] {
  return [
    ...(severalShanks
      ? []
      : [
          {
            mark: { type: 'line', strokeOpacity: 0.55 } as const,
            encoding: {
              y: { field: 'value', type: 'quantitative' } as const,
              detail: { field: 'component', type: 'nominal' } as const,
            },
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
  ];
}

/** Motion against depth, one line for each session, over the depths that have units. */
function depthCurves(data: ReportData, groups: readonly MovedGroup[]): Panel {
  const [low, high] = depthRange(data);
  const steps = 40;
  const values = groups.flatMap((group) =>
    Array.from(group.motion.constantUm, (_, s) => s + 1)
      .filter((session) => !isAlone(group, session))
      .flatMap((session) =>
        Array.from({ length: steps + 1 }, (_, i) => {
          const depth = low + ((high - low) * i) / steps;
          return { session, shank: group.shank ?? 1, depth, motion: motionAt(group.motion, session, depth) };
        }),
      ),
  );
  const severalShanks = groups.length > 1;
  return {
    data: { values },
    mark: { type: 'line', strokeWidth: 1.6 },
    width: severalShanks ? 150 : Math.min(900, Math.max(320, 56 * data.sessionCount)),
    height: 260,
    encoding: {
      x: { field: 'depth', type: 'quantitative', title: 'depth (µm)', scale: { zero: false, nice: false } },
      y: { field: 'motion', type: 'quantitative', title: 'motion (µm)', axis: zeroLine },
      detail: { field: 'session' },
      color: sessionColor(data.sessionCount),
      ...(severalShanks && { column: { field: 'shank', type: 'nominal', title: 'shank', spacing: 16 } }),
    },
  };
}

function depthRange({ locationsUm }: ReportData): [number, number] {
  const depths = locationsUm
    ? Float64Array.from({ length: locationsUm.length / 3 }, (_, unit) => locationsUm[3 * unit + 1]!)
    : Float64Array.of(0, 1000);
  return [depths.reduce((a, b) => Math.min(a, b), Infinity), depths.reduce((a, b) => Math.max(a, b), -Infinity)];
}

function middleDepth(data: ReportData): number {
  const [low, high] = depthRange(data);
  return (low + high) / 2;
}

const zeroLine = {
  gridColor: { condition: { test: 'datum.value === 0', value: '#7b838c' }, value: '#eceef0' },
} as const;
