import type { SimulationParameters } from './table.js';

/** Where the channels are. */
export interface Probe {
  /** Across the probe, µm, (channels). */
  xUm: Float64Array;
  /** Depth: distance from the tip's end of the probe along it, µm, (channels). */
  yUm: Float64Array;
  /** Shank of each channel, from 1, (channels). */
  shank: Int32Array;
  shanks: number;
  /** The channels' smallest and largest depth, µm. */
  shallowestUm: number;
  deepestUm: number;
}

/** Sites of a shank: the columns' positions in the order of the channels, so many in each row. */
interface Layout {
  columnsUm: readonly number[];
  perRow: number;
  rowPitchUm: number;
  firstRowUm: number;
  shanks: number;
}

const shankPitchUm = 250;

/** Geometry as in the makers' data sheets and in SpikeGLX's site tables. */
function layoutOf({ probe, pitchUm }: SimulationParameters): Layout {
  switch (probe) {
    case 'neuropixels-1.0':
      return { columnsUm: [43, 11, 59, 27], perRow: 2, rowPitchUm: 20, firstRowUm: 20, shanks: 1 };
    case 'neuropixels-2.0':
    case 'neuropixels-2.0-four-shank':
      return {
        columnsUm: [0, 32],
        perRow: 2,
        rowPitchUm: 15,
        firstRowUm: 0,
        shanks: probe === 'neuropixels-2.0' ? 1 : 4,
      };
    case 'linear':
      return { columnsUm: [0], perRow: 1, rowPitchUm: pitchUm, firstRowUm: 0, shanks: 1 };
  }
}

/** Places as SpikeGLX counts them: x from the left edge of a shank, depth from the first row. */
export function makeSpikeGlxProbe(parameters: SimulationParameters): Probe {
  const columnsUm = parameters.probe === 'neuropixels-1.0' ? [27, 59, 11, 43] : [27, 59];
  return makeProbe(parameters, { ...layoutOf(parameters), columnsUm, firstRowUm: 0 });
}

/** The channels, shank after shank, from the tip on. */
export function makeProbe(parameters: SimulationParameters, layout = layoutOf(parameters)): Probe {
  const { columnsUm, perRow, rowPitchUm, firstRowUm, shanks } = layout;
  const perShank = parameters.channels / shanks;
  const xUm = new Float64Array(parameters.channels);
  const yUm = new Float64Array(parameters.channels);
  const shank = new Int32Array(parameters.channels);
  for (let c = 0; c < parameters.channels; c++) {
    const onShank = c % perShank;
    shank[c] = Math.floor(c / perShank) + 1;
    xUm[c] = columnsUm[onShank % columnsUm.length]! + (shank[c]! - 1) * shankPitchUm;
    yUm[c] = firstRowUm + Math.floor(onShank / perRow) * rowPitchUm;
  }
  return { xUm, yUm, shank, shanks, shallowestUm: firstRowUm, deepestUm: yUm.at(-1)! };
}
