import { concatenate } from '../arrays.js';
import { DantError } from '../errors.js';
import { mapUnits, pairsWithin } from '../clustering/members.js';
import type { Dataset } from '../recording/dataset.js';
import type { Settings } from '../settings/index.js';
import { warnOfSuspiciousUnits } from './suspicious_units.js';
import type { GroupResult, TrackResult } from './result.js';
import { RunContext, type TrackOptions } from './run_context.js';
import { trackByReference } from './reference/track_by_reference.js';
import { trackByProbability } from './probabilistic/track_by_probability.js';
import { TrackedUnits } from './tracked_units.js';
import { computeUnitFeatures, type UnitFeatures } from '../features/unit_features.js';

/** Tracks the units of a data set (docs/reference-method.md, sections 2 to 10). */
export async function trackDataset(
  dataset: Dataset,
  settings: Settings,
  context: RunContext | TrackOptions = {},
): Promise<TrackResult> {
  const run = asContext(context, settings);
  const features = await run.stage('features', (options) => computeUnitFeatures(dataset, settings, options));
  return trackUnits(dataset, features, settings, run);
}

/** Tracks units whose features are known (docs/reference-method.md, sections 3 to 10). */
export async function trackUnits(
  dataset: Dataset,
  features: UnitFeatures,
  settings: Settings,
  context: RunContext | TrackOptions = {},
): Promise<TrackResult> {
  const run = asContext(context, settings);
  dataset.warnings.forEach((warning) => {
    run.warn(warning);
  });
  if (dataset.sessionCount === 1) {
    run.warn('All units are of one session: there is nothing to match, and every unit stays unmatched.');
  }
  warnOfSuspiciousUnits(dataset, features, run);
  if (settings.method === 'reference') warnFewChannels(dataset, settings, run);

  const samples = dataset.waveforms.shape[2]!;
  if (samples < 2) {
    throw new DantError(
      'DANT_DATA',
      `The waveforms have ${samples} sample. Expected waveform_all.npy of shape (units, channels, samples) with whole ` +
        'waveforms: a single sample has no shape to tell neurons apart by.',
    );
  }
  const unitCount = dataset.sessions.length;
  const allUnits = Int32Array.from({ length: unitCount }, (_, unit) => unit);
  const shanks = [...new Set<number>(dataset.channelShanks)].sort((a, b) => a - b);
  const separate = settings.shanks === 'separate' && shanks.length > 1;
  const groups: GroupResult[] = [];
  for (const shank of separate ? shanks : [undefined]) {
    const indices = allUnits.filter((unit) => shank === undefined || features.shanks[unit] === shank);
    if (indices.length === 0) continue;
    const units = new TrackedUnits(dataset, features, indices);
    const track = settings.method === 'reference' ? trackByReference : trackByProbability;
    groups.push(await track(units, shank, dataset.motion, settings, run.forShank(shank)));
  }

  const clusters = new Int32Array(unitCount).fill(-1);
  let clusterCount = 0;
  for (const { units, labels } of groups) {
    const offset = clusterCount;
    units.forEach((unit, i) => {
      if (labels[i]! < 1) return;
      clusters[unit] = offset + labels[i]!;
      clusterCount = Math.max(clusterCount, clusters[unit]);
    });
  }
  return {
    clusters,
    clusterCount,
    matchedPairs: concatenate(groups.map(({ labels, units }) => mapUnits(pairsWithin(labels), units))),
    features,
    groups,
    warnings: run.warnings,
    seconds: run.seconds,
  };
}

function asContext(context: RunContext | TrackOptions, settings: Settings): RunContext {
  return context instanceof RunContext ? context : new RunContext({ threads: settings.n_jobs, ...context });
}

function warnFewChannels(dataset: Dataset, settings: Settings, run: RunContext): void {
  const wanted = settings.waveformCorrection.n_nearest_channels;
  const counts = new Map<number, number>();
  for (let c = 0; c < dataset.channelLocationsUm.length / 2; ++c) {
    const shank = dataset.channelShanks?.[c] ?? 1;
    counts.set(shank, (counts.get(shank) ?? 0) + 1);
  }
  for (const [shank, count] of counts) {
    if (count >= wanted) continue;
    const where = counts.size > 1 ? `Shank ${shank}` : 'The probe';
    run.warn(
      `${where} has ${count} channels, fewer than waveformCorrection.n_nearest_channels (${wanted}); ` +
        'waveforms are compared over all of them.',
    );
  }
}
