import type { RateImage } from '../../import/ibl/rate_image.js';
import type { Figure } from './figure.js';
import { greyLayer, greys } from './grey_image.js';

const width = 900;
const height = 480;

/** Firing rates over time and depth. `name`: whose, for the title. */
export function firingRateFigure(image: RateImage, name: string): Figure {
  const { rateHz, timesS, depthsUm, range } = image;
  const [first, last] = [timesS[0]!, timesS.at(-1)!];
  const time: [number, number] = [first, last + (timesS.length > 1 ? timesS[1]! - first : 1)];
  const depth: [number, number] = [
    depthsUm[0]!,
    depthsUm.at(-1)! + (depthsUm.length > 1 ? depthsUm[1]! - depthsUm[0]! : 1),
  ];
  const layer = greyLayer(
    {
      valueAt: (row, column) => rateHz[column * depthsUm.length + row]!,
      rows: depthsUm.length,
      columns: timesS.length,
      range,
    },
    { x: 0, y: 0, width, height },
  );
  // Above the image
  const axis = { grid: false, zindex: 1 };
  return {
    name: 'firing_rate',
    title: name,
    caption:
      'Firing rate of all units together. The scale of greys reaches from the least to the largest mean over time of a depth.',
    spec: {
      title: { text: name, subtitle: 'Firing rate' },
      width,
      height,
      layer: [
        layer,
        // For the axes and the legend of the image
        {
          data: { values: range.map((rate, i) => ({ rate, time: time[i], depth: depth[i] })) },
          mark: { type: 'point', opacity: 0 },
          encoding: {
            x: { field: 'time', type: 'quantitative', title: 'time (s)', scale: { domain: time, nice: false }, axis },
            y: {
              field: 'depth',
              type: 'quantitative',
              title: 'distance from probe tip (µm)',
              scale: { domain: depth, nice: false },
              axis,
            },
            color: {
              field: 'rate',
              type: 'quantitative',
              title: 'Hz',
              scale: { range: greys.map((rgb) => `rgb(${rgb.join(',')})`), domain: range, interpolate: 'rgb' },
              legend: { gradientLength: 240, format: '.1f' },
            },
          },
        },
      ],
    },
  };
}
