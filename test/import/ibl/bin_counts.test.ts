import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readNpy } from '../../../lib/files/npy.js';
import { binCounts } from '../../../lib/import/ibl/bin_counts.js';
import { firingRateImage } from '../../../lib/import/ibl/rate_image.js';
import { spikeRaster } from '../../../lib/import/ibl/spike_raster.js';
import { haveIblFixtures, iblFixtures, iblIndex } from './fixtures.js';

const expected = async (name: string) =>
  (await readNpy(join(iblFixtures, 'expected', `${name}.npy`), { as: 'float64' })).data;

describe.skipIf(!haveIblFixtures)('images of ibllib', () => {
  const { images } = haveIblFixtures ? iblIndex() : { images: {} as ReturnType<typeof iblIndex>['images'] };

  async function spikes() {
    const timesS = await expected('s1_default/spikes.times');
    const { data } = await readNpy(join(iblFixtures, 'expected/s1_default/spikes.depths.npy'));
    return { timesS, depthsUm: data as Float32Array };
  }

  it.each([
    ['fr_example', 0.05, 10],
    ['driftmap_default', 0.01, 20],
    ['driftmap_doc', 0.007, 10],
  ])('%s: the same counts and edges', async (name, timeBinS, depthBinUm) => {
    const raster = spikeRaster(await spikes(), { timeBinS, depthBinUm });
    expect(Float64Array.from(raster.counts.counts)).toEqual(await expected(`images/${name}.counts`));
    expect(raster.counts.x).toEqual(await expected(`images/${name}.time`));
    expect(raster.counts.y).toEqual(await expected(`images/${name}.depth`));
    expect(raster.darkest).toBeCloseTo(images[name]!.vmax_driftmap, 10);
  });

  it('the same firing rates', async () => {
    const rate = firingRateImage(await spikes(), 400);
    const wanted = (await readNpy(join(iblFixtures, 'expected/images/image_fr_plot.c.npy'))).data as Float32Array;
    expect(rate.shape).toEqual([400, 81]);
    expect(Float32Array.from(rate.rateHz)).toEqual(wanted);
    expect(rate.timesS).toEqual(await expected('images/image_fr_plot.x'));
    expect(rate.depthsUm).toEqual(await expected('images/image_fr_plot.y'));
    rate.range.forEach((value, i) => {
      expect(value).toBeCloseTo(images.image_fr_plot!.clim[i]!, 10);
    });
    expect(rate.outside).toBe(0);
    const lower = firingRateImage(await spikes(), 300);
    expect(lower.outside).toBe((await spikes()).depthsUm.filter((depth) => depth >= 305).length);
  });
});

describe('counts in bins', () => {
  it('are those of a simple count', () => {
    const x = Float64Array.from({ length: 500 }, (_, i) => Math.sin(i) * 3);
    const y = Float64Array.from({ length: 500 }, (_, i) => Math.floor(5 * Math.cos(7 * i)));
    const { counts, x: edges, y: values } = binCounts(x, y, 0.4, 0);
    expect(values).toEqual(Float64Array.from([-5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5]));
    values.forEach((value, v) => {
      edges.forEach((edge, e) => {
        const inBin = x.filter(
          (at, i) => y[i] === value && at >= edge && (at < edges[e + 1]! || e === edges.length - 1),
        );
        expect(counts[v * edges.length + e]).toBe(inBin.length);
      });
    });
  });

  it('refuse what is outside or not a number', () => {
    const two = new Float64Array([0, 5]);
    expect(() => binCounts(two, two, 1, 1, { y: [0, 2] })).toThrow(/Value 1 of y is 5, outside the limits 0 to 2/);
    expect(() => binCounts(two, new Float64Array([0, NaN]), 1, 1)).toThrow(/Value 1 of y is NaN/);
    expect(() => binCounts(two, new Float64Array(1), 1, 1)).toThrow(/2 x but 1 y/);
  });
});
