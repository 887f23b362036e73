// Simulates recordings, tracks them and compares the results with the truth: one after the other, none is kept.
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';

import { loadSettings, scoreResult, simulate, simulationPresets, track } from '../../dist/index.js';
import { calibrationError } from '../../dist/score/confidence.js';
import { measure } from '../compare/measure.mjs';
import { pythonWithPyDant } from '../compare/python.mjs';

/** method → what tracks with it: (data, output) => { seconds }, with the version of other programs */
const trackers = {
  probabilistic: ownTracker('probabilistic'),
  reference: ownTracker('reference'),
  pyDANT: trackWithPyDant,
};

export const methodNames = Object.keys(trackers);

/** Yields { kind, seed, method, seconds, score, … } for each recording and method; `error` instead of a score if it failed. */
export async function* trackRecordings({ kinds, seeds, methods, folder }) {
  // That it is missing is no failure of its method.
  if (methods.includes('pyDANT')) await pythonWithPyDant();
  for (const seed of seeds) {
    for (const kind of kinds) {
      const data = join(folder, 'data');
      await simulate(data, { ...simulationPresets[kind].parameters, seed });
      for (const method of methods) {
        yield { kind, seed, method, ...(await trackAndScore(trackers[method], data, join(folder, 'result'))) };
      }
      rmSync(data, { recursive: true });
    }
  }
}

async function trackAndScore(tracker, data, output) {
  try {
    const took = await tracker(data, output);
    const score = await scoreResult(output, data);
    return { ...took, score, calibrationError: score.confidence && calibrationError(score.confidence.pairs) };
  } catch (error) {
    return { error: error.message };
  } finally {
    rmSync(output, { recursive: true, force: true });
  }
}

/** With the settings of the recording, and nothing drawn. */
function ownTracker(method) {
  return async (data, output) => {
    const { settings } = await loadSettings(join(data, 'settings.json'));
    const own = { ...settings, method, save_intermediate_results: false, outputs: { figures: false, report: false } };
    const start = performance.now();
    await track({ data, output, settings: own });
    return { seconds: (performance.now() - start) / 1000 };
  };
}

async function trackWithPyDant(data, output) {
  const { python, version } = await pythonWithPyDant();
  const { settings } = await loadSettings(join(data, 'settings.json'));
  const file = `${output}.json`;
  writeFileSync(file, JSON.stringify({ ...settings, path_to_data: data, output_folder: output }));
  const env = { MPLBACKEND: 'Agg', PYTHONUNBUFFERED: '1' };
  const program = fileURLToPath(new URL('../compare/run_pydant.py', import.meta.url));
  const { seconds } = await measure(python, [program, file], { env });
  if (!existsSync(join(output, 'IdxCluster.npy'))) throw new Error('pyDANT ended without a result.');
  return { seconds, version };
}
