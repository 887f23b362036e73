import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

import { readNpy } from '../../lib/files/npy.js';
import { readNpz } from '../../lib/files/npz.js';
import { dant } from '../cli/dant.js';
import { GoldenSet } from '../golden.js';
import { nothingDrawn, Scratch } from '../report/folders.js';
import { copyOf } from '../import/fixtures.js';

const scratch = new Scratch();
afterAll(scratch.remove);

const outputs = { ...nothingDrawn.outputs, kilomatch: true };
const numbers = async (...path: string[]) => readNpy(join(...path), { as: 'float64' });
const oneTemplate = { n_nearest_channels: 10, n_templates: 1 };

async function ran(name: string, n_templates = 1) {
  const { results, data } = await scratch.run(name, {
    method: 'reference',
    waveformCorrection: { ...oneTemplate, linear_correction: name.includes('linear'), n_templates },
    outputs,
  });
  return { results, data, kilomatch: join(results, 'Kilomatch') };
}

describe('outputs.kilomatch', () => {
  it('writes each unit’s nearest channels, and the waveforms there, as they were and corrected', async () => {
    const { results, data, kilomatch } = await ran('mini-default');
    const peaks = await numbers(results, 'peak_channels.npy');
    const at = (await numbers(data, 'channel_locations.npy')).data;
    const channels = await numbers(kilomatch, 'waveform_channels.npy');
    const own = await numbers(kilomatch, 'waveforms.npy');
    const corrected = await numbers(kilomatch, 'waveforms_corrected.npy');
    const all = await numbers(data, 'waveform_all.npy');
    const allCorrected = await numbers(results, 'waveforms_corrected.npy');
    const [units, count, samples] = all.shape as [number, number, number];
    expect(own.shape).toEqual([units, 10, samples]);
    expect(corrected.shape).toEqual([units, 10, samples]);
    expect(channels.shape).toEqual([units, 10]);
    for (let u = 0; u < units; u++) {
      const peak = peaks.data[u]!;
      const squared = (c: number) => (at[2 * c]! - at[2 * peak]!) ** 2 + (at[2 * c + 1]! - at[2 * peak + 1]!) ** 2;
      const order = Array.from({ length: count }, (_, c) => c).sort((a, b) => squared(a) - squared(b) || a - b);
      expect([...channels.data.subarray(10 * u, 10 * u + 10)]).toEqual(order.slice(0, 10));
      order.slice(0, 10).forEach((c, k) => {
        for (let t = 0; t < samples; t++) {
          const here = (u * 10 + k) * samples + t;
          const there = (u * count + c) * samples + t;
          if (own.data[here] !== all.data[there] || corrected.data[here] !== allCorrected.data[there]) {
            expect.fail(`unit ${u}, channel ${c}, sample ${t}`);
          }
        }
      });
    }
  });

  it('corrects to where the probe stands without motion, whatever the templates', async () => {
    const [one, two] = [await ran('mini-default'), await ran('mini-default', 2)];
    // The clustering sees other waveforms, so that its motion may be another one: nearly the same here.
    const motions = await Promise.all([one, two].map(({ kilomatch }) => numbers(kilomatch, 'motion.npy')));
    const difference = Math.max(...motions[0]!.data.map((value, s) => Math.abs(value - motions[1]!.data[s]!)));
    const shapes = await Promise.all([one, two].map(({ kilomatch }) => numbers(kilomatch, 'waveforms_corrected.npy')));
    expect(shapes[1]!.shape).toEqual(shapes[0]!.shape);
    const largest = shapes[0]!.data.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const error = shapes[0]!.data.reduce((most, value, i) => Math.max(most, Math.abs(value - shapes[1]!.data[i]!)), 0);
    // The kernel's length is 30 µm.
    expect(error).toBeLessThanOrEqual(largest * (difference / 30) + 1e-9);
  });

  it('writes the motion of each session in the middle of the probe, and what curation left', async () => {
    const { results, data, kilomatch } = await ran('mini-linear-isi');
    const at = (await numbers(data, 'channel_locations.npy')).data.filter((_, i) => i % 2 === 1);
    const middle = (Math.min(...at) + Math.max(...at)) / 2;
    const linear = (await numbers(results, 'motion_linear.npy')).data;
    const constant = (await numbers(results, 'motion_constant.npy')).data;
    const motion = (await numbers(kilomatch, 'motion.npy')).data;
    motion.forEach((value, s) => {
      expect(value).toBeCloseTo(0.001 * linear[s]! * middle + constant[s]!, 9);
    });
    expect(motion).toHaveLength(linear.length);

    const curation = await readNpz(join(kilomatch, 'CurationResults.npz'));
    const labels = (await readNpy(join(results, 'IdxCluster.npy'))).data as BigInt64Array;
    expect(curation.idx_cluster_hdbscan_curated!.data).toEqual(labels);
    expect(curation.curation_pairs).toEqual(await readNpy(join(results, 'CurationPairs.npy')));
    expect(curation.curation_types).toEqual(await readNpy(join(results, 'CurationTypes.npy')));
    expect(curation.hdbscan_matrix_curated!.data).toEqual((await readNpy(join(results, 'ClusterMatrix.npy'))).data);
    expect(Number((curation.n_cluster!.data as BigInt64Array)[0])).toBe(
      Number(labels.reduce((a, b) => (a > b ? a : b))),
    );
  });

  it('has a row of motion for each shank that is tracked apart', async () => {
    const { results, kilomatch } = await ran('mini-multi-shank');
    expect((await numbers(kilomatch, 'motion.npy')).shape).toEqual(
      (await numbers(results, 'motion_constant.npy')).shape,
    );
    expect(readdirSync(join(results, 'Shank1'))).not.toContain('Kilomatch');
  });

  it('is written on request only; an older settings file runs as it is', async () => {
    const data = copyOf(join(new GoldenSet('mini-default').folder, 'data'), join(await scratch.folder(), 'data'));
    writeFileSync(
      join(data, 'settings.json'),
      `{
  "path_to_data": ".\\\\", // as on Windows
  "output_folder": ".\\\\Output",
  "spikeLocation": { "location_algorithm": "center_of_mass", "n_nearest_channels": 20 },
  "waveformCorrection": { "n_nearest_channels": 38, "linear_correction": false },
  "motionEstimation": { "max_distance": 100, "features": [["AutoCorr"], ["Waveform", "AutoCorr"]] },
  "clustering": { "max_distance": 100, "features": ["Waveform", "AutoCorr"], "n_iter": 10 },
  "autoCuration": { "auto_split": true },
}`,
    );
    const { code, stderr } = await dant(['run', data, '--outputs.figures', 'false', '--outputs.report', 'false']);
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect(stderr).toContain('unknown key motionEstimation.max_distance is ignored');
    expect(existsSync(join(data, 'Output/IdxCluster.npy'))).toBe(true);
    expect(existsSync(join(data, 'Output/Kilomatch'))).toBe(false);
  });
});
