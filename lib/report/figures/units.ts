import type { ReportData } from '../report_data.js';
import { clusterMembers } from '../similarities.js';
import { motionOf } from '../unit_motion.js';
import type { Figure, SmallFigureData } from './figure.js';
import { sessionColor } from './session_colors.js';
import { colors } from './theme.js';

export const depthAxis = { title: 'depth (µm)', scale: { zero: false, nice: false, padding: 8 } } as const;

/** Where the units are on the probe. */
export function unitLocations({ data }: SmallFigureData): Figure {
  const { locationsUm, sessions, channelLocationsUm, unitCount } = data;
  const figure = {
    name: 'unit_locations',
    title: 'Unit locations',
    caption: 'Each dot is a unit of one session, where it was localised; small squares are the channels of the probe.',
  };
  if (!locationsUm) return { ...figure, spec: { missing: 'Positions of units are not known.' } };
  const units = Array.from({ length: unitCount }, (_, unit) => ({
    x: locationsUm[3 * unit]!,
    depth: locationsUm[3 * unit + 1]!,
    session: sessions?.[unit] ?? 0,
  }));
  const channels = Array.from({ length: (channelLocationsUm?.length ?? 0) / 2 }, (_, c) => ({
    x: channelLocationsUm![2 * c]!,
    depth: channelLocationsUm![2 * c + 1]!,
  }));
  const x = {
    field: 'x',
    type: 'quantitative',
    title: 'x (µm)',
    scale: { zero: false, nice: false, padding: 12 },
  } as const;
  const y = { field: 'depth', type: 'quantitative', ...depthAxis } as const;
  const spread = (values: number[]) =>
    values.reduce((a, b) => Math.max(a, b)) - values.reduce((a, b) => Math.min(a, b));
  return {
    ...figure,
    spec: {
      width: spread(units.map((unit) => unit.x)) > 200 ? 620 : 420,
      height: 560,
      layer: [
        {
          data: { values: channels },
          mark: { type: 'point', shape: 'square', size: 9, filled: true, color: colors.faint, opacity: 1 },
          encoding: { x, y },
        },
        {
          data: { values: units },
          mark: { type: 'point', filled: true, size: dotSize(unitCount), opacity: 0.75 },
          encoding: { x, y, ...(sessions && { color: sessionColor(data.sessionCount) }) },
        },
      ],
    },
  };
}

/** Depth against session, one line per cluster. */
export function unitsAcrossDays({ data }: SmallFigureData): Figure {
  const { locationsUm, sessions, clusters, sessionCount, unitCount } = data;
  const figure = {
    name: 'units_across_days',
    title: 'Units across days',
    caption:
      'Each line is a neuron that was followed across sessions, at its depth with the motion of the probe taken out; grey dots are unmatched units.',
  };
  if (!locationsUm || !sessions)
    return { ...figure, spec: { missing: 'It needs the sessions and positions of the units.' } };
  const colorOf = clusterRanks(data, locationsUm);
  const units = Array.from({ length: unitCount }, (_, unit) => ({
    session: sessions[unit]!,
    depth: locationsUm[3 * unit + 1]! - motionOf(data, unit),
    cluster: clusters[unit]!,
    color: colors.series[colorOf[clusters[unit]! - 1]! % colors.series.length],
  }));
  const x = {
    field: 'session',
    type: 'ordinal',
    title: 'session',
    axis: { labelAngle: 0, labelOverlap: true, grid: false },
  } as const;
  const y = { field: 'depth', type: 'quantitative', ...depthAxis, title: 'motion-corrected depth (µm)' } as const;
  const color = { field: 'color', type: 'nominal', scale: null } as const;
  return {
    ...figure,
    spec: {
      width: Math.min(1100, Math.max(360, 70 * sessionCount)),
      height: Math.min(1000, Math.max(560, 2 * data.clusterCount)),
      layer: [
        {
          data: { values: units.filter(({ cluster }) => cluster < 1) },
          mark: { type: 'point', filled: true, size: dotSize(unitCount) * 0.6, color: colors.unmatched, opacity: 0.45 },
          encoding: { x, y },
        },
        {
          data: { values: linesOf(units.filter(({ cluster }) => cluster > 0)) },
          mark: {
            type: 'line',
            strokeWidth: unitCount > 1500 ? 0.9 : 1.4,
            // Not of the mark as a whole, for which painting needs a layer as large as the figure
            strokeOpacity: 0.85,
            // A thousand lines are legible, a thousand dots more are not.
            ...(unitCount <= 1500 && { point: { filled: true, size: dotSize(unitCount) } }),
          },
          encoding: { x, y, color, order: { field: 'place', type: 'quantitative' } },
        },
      ],
    },
  };
}

interface PlacedUnit {
  session: number;
  depth: number;
  cluster: number;
  color: string | undefined;
}

/** The units of clusters one line after the other, with a gap between: a single path is drawn in a fraction of the time. */
function linesOf(units: PlacedUnit[]) {
  const sorted = units.toSorted((a, b) => a.cluster - b.cluster || a.session - b.session);
  return sorted.flatMap((unit, place) => {
    const isEnd = sorted[place + 1]?.cluster !== unit.cluster;
    return [{ ...unit, place }, ...(isEnd ? [{ ...unit, place: place + 0.5, depth: null }] : [])];
  });
}

/** Rank of each cluster in depth, by cluster − 1: neighbours get different colours. */
function clusterRanks(data: ReportData, locationsUm: Float64Array): Int32Array {
  const depths = clusterMembers(data).map(
    (members) => members.reduce((sum, unit) => sum + locationsUm[3 * unit + 1]!, 0) / members.length,
  );
  const ranks = new Int32Array(depths.length);
  [...depths.keys()].sort((a, b) => depths[a]! - depths[b]!).forEach((cluster, rank) => (ranks[cluster] = rank));
  return ranks;
}

const dotSize = (unitCount: number) => (unitCount > 3000 ? 8 : unitCount > 800 ? 16 : 30);
