import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { loadDataset } from '../dataset/load.js';
import { DantError } from '../errors.js';
import { evidenceOf, type BlindTest, type Evidence } from '../evidence/evidence.js';
import { logIntervalHistograms } from '../evidence/intervals.js';
import { likenessTest } from '../evidence/likeness.js';
import { requireTrackedUnits } from '../evidence/read_units.js';
import { sessionPairs, type TrackedUnits } from '../evidence/session_pairs.js';
import type { Dataset } from '../recording/dataset.js';
import { readResult } from '../results/read_result.js';
import { ResultFolder } from '../results/result_folder.js';
import type { StoredSettings } from '../results/stored_result.js';
import { completeSettings, usedFeatures, type Settings } from '../settings/index.js';
import type { TrackOptions } from '../tracking/run_context.js';
import { track } from './run.js';

export interface EvidenceOptions extends TrackOptions {
  /** The input files; by default where the settings of the run say, or the folder that holds the results. */
  dataFolder?: string | undefined;
}

/** What of the features depends on when a unit fires. */
const spikeFeatures = ['AutoCorr', 'ISI', 'FiringRate'];

/**
 * What the recording says about the matches in a folder of results. Where the matching used spike times or responses, units are
 * matched again without both (by the same method, in memory): only then is it a test that matched units fire or respond alike.
 * Rejects with DANT_DATA if the folder holds no results or they are not of the data; otherwise as `track` does.
 */
export async function measureEvidence(
  folder: string,
  { dataFolder: givenDataFolder, ...options }: EvidenceOptions = {},
): Promise<Evidence & { units: number }> {
  const result = await readResult(new ResultFolder(folder), { dataFolder: givenDataFolder });
  const { unitCount, dataFolder, settings: stored } = result;
  const units = requireTrackedUnits(result);
  const evidence = { units: unitCount, ...evidenceOf(result) };
  if (dataFolder === undefined) {
    evidence.notMeasured.push(
      'Interspike intervals: the folder with the data was not found. "--data FOLDER" tells where it is.',
    );
    return evidence;
  }
  const { signal, threads, onProgress } = options;
  const dataset = await loadDataset(
    dataFolder,
    { peth: existsSync(join(dataFolder, 'peth.npy')) },
    { signal, threads, onProgress: (fraction) => onProgress?.({ stage: 'read', fraction }) },
  );
  if (dataset.sessions.length !== unitCount) {
    throw new DantError(
      'DANT_DATA',
      `${folder}: expected the results of ${dataFolder}, which has ${dataset.sessions.length} units, but they are of ${unitCount}.`,
    );
  }
  const settings = complete(stored);
  // Where settings are not known, anything may have been used.
  const used = stored ? usedFeatures(settings) : [...spikeFeatures, 'PETH'];
  const usesSpikes = spikeFeatures.some((name) => used.includes(name));
  const usesResponses = used.includes('PETH') && dataset.peth !== undefined;
  const blind = usesSpikes || usesResponses ? await matchedWithout(dataFolder, dataset, settings, options) : units;
  const test = (rows: Parameters<typeof likenessTest>[0], isUsed: boolean): BlindTest => {
    const judged = isUsed ? blind : units;
    const pairs = sessionPairs(judged);
    const matches = pairs.reduce((sum, pair) => sum + pair.matches.length, 0);
    return { ...likenessTest(rows, judged, pairs), isOfResult: !isUsed, matches };
  };
  evidence.intervals = test(logIntervalHistograms(dataset.spikeTrains), usesSpikes);
  if (dataset.peth) evidence.responses = test(dataset.peth, usesResponses);
  else evidence.notMeasured.push('Responses to events: there is no peth.npy.');
  return evidence;
}

/** As in a file: what is left out is pyDANT's. */
const complete = (stored: StoredSettings | undefined): Settings =>
  completeSettings({ method: 'reference', ...stored }).settings;

/** Units matched by waveforms and places alone. */
async function matchedWithout(
  dataFolder: string,
  { sessions, sessionCount }: Dataset,
  settings: Settings,
  options: TrackOptions,
): Promise<TrackedUnits> {
  const { motionEstimation, clustering, matching } = settings;
  const isAllowed = (name: string) => name !== 'PETH' && !spikeFeatures.includes(name);
  const orWaveform = <Name extends string>(names: Name[], waveform: Name) => (names.length > 0 ? names : [waveform]);
  const features = motionEstimation.features.map((list) => list.filter(isAllowed)).filter(({ length }) => length > 0);
  const { clusters, features: found } = await track({
    data: dataFolder,
    settings: {
      ...settings,
      motionEstimation: { ...motionEstimation, features: features.length > 0 ? features : [['Waveform']] },
      clustering: { ...clustering, features: orWaveform(clustering.features.filter(isAllowed), 'Waveform') },
      matching: { ...matching, features: orWaveform(matching.features.filter(isAllowed), 'AlignedWaveform') },
    },
    ...options,
  });
  return { clusters, sessions, sessionCount, locationsUm: found.locationsUm, shanks: found.shanks };
}
