import type { LayerSpec, NonNormalizedSpec } from 'vega-lite/types_unstable/spec/index.js';

import type { SpikeRaster } from '../../import/ibl/spike_raster.js';
import type { Figure } from './figure.js';
import { greyLayer } from './grey_image.js';
import { colors } from './theme.js';

/** A channel in a brain region. */
export interface RegionChannel {
  depthUm: number;
  acronym: string;
  color: string;
}

export interface RasterFigureData {
  raster: SpikeRaster;
  /** "2024-05-01_1_SIM01_probe00, pid" */
  name: string;
  spikes: number;
  clusters: number;
  /** Depth of the top channel, µm */
  topUm: number;
  /** How far the tissue moved, µm, over time, s */
  drift: { timesS: ArrayLike<number>; driftUm: ArrayLike<number> } | undefined;
  /** Of the brain regions that the channels are in */
  histology: string | undefined;
  channels: readonly RegionChannel[];
}

const width = 900;
const height = 480;
const driftRangeUm = 15;

/** 1188 → "1_188" */
const counted = (count: number) => String(count).replace(/\B(?=(\d{3})+$)/g, '_');

/** Spikes over time and depth, with the drift above and the brain regions beside them as far as they are known. */
export function spikeRasterFigure(of: RasterFigureData): Figure {
  const { raster, drift, channels, histology } = of;
  const { x, y, counts } = raster.counts;
  const [timeBinS, depthBinUm] = [binOf(x), binOf(y)];
  const time: [number, number] = [x[0]!, x.at(-1)! + timeBinS];
  const depth: [number, number] = [0, Math.max(of.topUm, y.at(-1)! + depthBinUm)];
  const up = (depthUm: number) => height * (1 - depthUm / depth[1]);
  const place = { x: 0, y: up(y.at(-1)! + depthBinUm), width, height: up(y[0]!) - up(y.at(-1)! + depthBinUm) };
  const image = greyLayer(
    {
      valueAt: (row, column) => counts[row * x.length + column]!,
      rows: y.length,
      columns: x.length,
      range: [0, raster.darkest],
    },
    place,
  );
  const depthAxis = { type: 'quantitative' as const, scale: { domain: depth, nice: false } };
  const panel: LayerSpec<string> = {
    width,
    height,
    layer: [
      image,
      {
        data: { values: [{ time: time[0], depth: depth[0] }] },
        mark: { type: 'point', opacity: 0 },
        encoding: {
          x: {
            field: 'time',
            type: 'quantitative',
            title: 'time (s)',
            scale: { domain: time, nice: false },
            axis: { grid: false, zindex: 1 },
          },
          y: { field: 'depth', title: 'depth (µm)', axis: { grid: false, zindex: 1 }, ...depthAxis },
        },
      },
    ],
  };
  const rows: NonNormalizedSpec[] = [
    ...(drift ? [driftPanel(drift, time)] : []),
    channels.length > 0 ? { hconcat: [panel, regionPanel(channels, histology, depth)], spacing: 46 } : panel,
  ];
  return {
    name: 'raster',
    title: of.name,
    caption:
      `Spikes in bins of ${Number(timeBinS.toPrecision(3))} s and ${Number(depthBinUm.toPrecision(3))} µm; a bin with ${raster.darkest.toPrecision(2)} or more is black.` +
      (drift ? ' Above: the drift of the tissue.' : '') +
      (channels.length > 0 ? ' Right: brain regions, in the colours of the Allen atlas.' : ''),
    spec: {
      title: { text: of.name, subtitle: `${counted(of.spikes)} spikes, ${counted(of.clusters)} clusters` },
      vconcat: rows,
      spacing: 12,
    },
  };
}

/** Size of the bins with these edges; one bin alone has no neighbour that tells it. */
const binOf = (edges: Float64Array) => (edges.length > 1 ? edges[1]! - edges[0]! : 1);

function driftPanel(
  { timesS, driftUm }: NonNullable<RasterFigureData['drift']>,
  time: [number, number],
): NonNormalizedSpec {
  return {
    width,
    height: 70,
    data: { values: Array.from(timesS, (at, i) => ({ time: at, drift: driftUm[i]! })) },
    mark: { type: 'line', color: colors.ink, opacity: 0.6, strokeWidth: 1.4, clip: true },
    encoding: {
      x: {
        field: 'time',
        type: 'quantitative',
        title: null,
        scale: { domain: time, nice: false },
        axis: { grid: false, labels: false },
      },
      y: {
        field: 'drift',
        type: 'quantitative',
        title: 'drift (µm)',
        scale: { domain: [-driftRangeUm, driftRangeUm] },
        axis: { values: [-driftRangeUm, 0, driftRangeUm] },
      },
    },
  };
}

function regionPanel(
  channels: readonly RegionChannel[],
  histology: string | undefined,
  depth: [number, number],
): NonNormalizedSpec {
  const y = { type: 'quantitative' as const, scale: { domain: depth, nice: false }, axis: null };
  const values = regionRuns(channels, depth[1]);
  return {
    width: 46,
    height,
    title: { text: histology ?? '', fontSize: 12, anchor: 'middle', offset: 6 },
    layer: [
      {
        data: { values },
        mark: { type: 'rect', stroke: colors.faint, strokeWidth: 1 },
        encoding: {
          y: { field: 'from', ...y },
          y2: { field: 'to' },
          color: { field: 'color', type: 'nominal', scale: null },
        },
      },
      {
        data: { values },
        mark: { type: 'text', fontSize: 10, color: colors.ink },
        encoding: { y: { field: 'middle', ...y }, text: { field: 'acronym' } },
      },
    ],
  };
}

/** Neighbouring channels of one region together; each reaches to the next one. */
function regionRuns(channels: readonly RegionChannel[], topUm: number) {
  const sorted = [...channels].sort((a, b) => a.depthUm - b.depthUm);
  const runs: { acronym: string; color: string; from: number }[] = [];
  for (const { acronym, color, depthUm } of sorted) {
    if (runs.at(-1)?.acronym !== acronym) runs.push({ acronym, color, from: depthUm });
  }
  return runs.map((run, r) => {
    const to = runs[r + 1]?.from ?? Math.min(topUm, sorted.at(-1)!.depthUm);
    return { ...run, to, middle: (run.from + to) / 2 };
  });
}
