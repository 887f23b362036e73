import { access, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { allowFlag, allowText, checkSteering, requireObject, requireOptions, requireText } from '../arguments.js';
import { DantError } from '../errors.js';
import { readNpyShape } from '../files/npy.js';
import type { RunOptions } from '../native/run.js';
import { completeSettings, usedFeatures, type Settings } from '../settings/index.js';
import { readChannelLocations, readChannelShanks } from './channel_files.js';
import { Findings } from './findings.js';
import { readMotion } from './motion_file.js';
import { pethGaps } from './peth_gaps.js';
import { readSpikeTrains } from './spike_files.js';
import type { Dataset } from '../recording/dataset.js';
import { readPeth, readSessions } from './unit_files.js';
import { readWaveforms } from './waveform_file.js';

/** Which optional files a run needs. */
export interface DatasetRequirements {
  /** Whether peth.npy is needed: PETH is among the features. */
  peth?: boolean | undefined;
  /** Whether the PETHs of every two units must have a bin in common: the method compares them all. */
  comparesPeths?: boolean | undefined;
  /** Path of a .npy file with the motion of each session. */
  motionFile?: string | undefined;
}

/** What is known about a data folder; a fact that its files do not tell is missing. */
export interface DatasetFacts {
  units?: number;
  channels?: number;
  samples?: number;
  sessions?: number;
  /** Shank numbers, ascending; absent if there is no channel_shanks.npy. */
  shanks?: number[];
  spikes?: number;
  /** Bins of the peri-event time histograms, if they are needed. */
  pethBins?: number;
}

export interface DatasetCheck {
  /** What makes the data unusable; none: they can be tracked. */
  problems: string[];
  /** What looks like a mistake but can be worked with. */
  warnings: string[];
  facts: DatasetFacts;
}

/** What a run with these settings needs. */
export function datasetRequirements(settings: Settings): DatasetRequirements {
  settings = completeSettings(requireObject('settings', settings)).settings;
  return {
    peth: usedFeatures(settings).includes('PETH'),
    comparesPeths: settings.method === 'reference',
    motionFile: settings.waveformCorrection.path_to_motion || undefined,
  };
}

/**
 * Reads a data folder (docs/reference-method.md, section 1). Rejects with one `DantError` DANT_DATA that names all problems, or with
 * DANT_MEMORY. `onProgress` gets the share of the files.
 */
export async function loadDataset(
  folder: string,
  requirements: DatasetRequirements = {},
  options: RunOptions = {},
): Promise<Dataset> {
  const { dataset, findings } = await readDataset(folder, requirements, options);
  if (dataset) return dataset;
  const list = findings.problems.map((problem) => `\n- ${problem}`).join('');
  throw new DantError('DANT_DATA', `The data in ${findings.folder} cannot be used:${list}`);
}

/** Reads and judges a data folder as `loadDataset` does, but tells all that it finds instead of throwing. */
export async function checkDataset(
  folder: string,
  requirements: DatasetRequirements = {},
  options: RunOptions = {},
): Promise<DatasetCheck> {
  const { findings, facts } = await readDataset(folder, requirements, options);
  const warnings = [...findings.warnings];
  // A run says this itself.
  if (facts.sessions === 1) warnings.push('All units are of one session: there is nothing to match.');
  return { problems: findings.problems, warnings, facts };
}

interface Reading {
  findings: Findings;
  facts: DatasetFacts;
  /** Present if there is no problem. */
  dataset?: Dataset;
}

// Spike times are many files, the waveforms a large one.
const waveformShare = 0.5;

async function readDataset(path: string, requirements: DatasetRequirements, run: RunOptions): Promise<Reading> {
  requireText('folder', path);
  const {
    peth: needsPeth,
    comparesPeths,
    motionFile,
  }: DatasetRequirements = requireOptions('requirements', requirements);
  allowFlag('peth', needsPeth);
  allowFlag('comparesPeths', comparesPeths);
  allowText('motionFile', motionFile);
  const { onProgress, ...options }: RunOptions = requireOptions('options', run);
  checkSteering({ ...options, onProgress });
  const { signal } = options;
  const folder = resolve(path);
  const findings = new Findings(folder);
  const facts: DatasetFacts = {};
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) {
    findings.problems.push(found ? notAFolder(folder) : 'There is no such folder.');
    return { findings, facts };
  }
  const file = (name: string) => join(folder, name);
  const locations = await findings.attempt(() => readChannelLocations(file('channel_locations.npy'), findings, signal));
  const sessions = await findings.attempt(() => readSessions(file('session_index.npy'), signal));
  const shanks = (await exists(file('channel_shanks.npy')))
    ? await findings.attempt(() => readChannelShanks(file('channel_shanks.npy'), signal))
    : undefined;
  const channelCount = locations && locations.length / 2;
  // Side by side, each with findings of its own: their order does not depend on which is faster.
  const ofSpikes = new Findings(folder);
  const expectedUnits = (await unitsOf(file('waveform_all.npy'))) ?? sessions?.length;
  const done = { waveforms: 0, spikes: 0 };
  const report = (share: Partial<typeof done>) => {
    Object.assign(done, share);
    onProgress?.(waveformShare * done.waveforms + (1 - waveformShare) * done.spikes);
  };
  const [waveforms, spikeTrains] = await Promise.all([
    findings.attempt(async () => {
      const read = await readWaveforms(file('waveform_all.npy'), channelCount, findings, options);
      report({ waveforms: 1 });
      return read;
    }),
    expectedUnits === undefined
      ? undefined
      : readSpikeTrains(folder, expectedUnits, ofSpikes, {
          ...options,
          onProgress: (spikes) => {
            report({ spikes });
          },
        }),
  ]);

  const [units = sessions?.length, channels = channelCount, samples] = waveforms?.shape ?? [];
  const expectCount = (name: string, what: string, found: number | undefined, expected: number | undefined) => {
    if (found === undefined || expected === undefined || found === expected) return;
    findings.problems.push(
      `${name}: expected ${expected} ${what}, as many as in waveform_all.npy, but found ${found}.`,
    );
  };
  expectCount('channel_locations.npy', 'channels', channelCount, channels);
  expectCount('channel_shanks.npy', 'channels', shanks?.length, channels);
  expectCount('session_index.npy', 'units', sessions?.length, units);

  const peth = needsPeth ? await readNeededPeth(file('peth.npy'), findings, signal) : undefined;
  expectCount('peth.npy', 'units', peth?.shape[0], units);
  // Units of different shanks are not compared, and which unit is of which is not known yet.
  if (peth && comparesPeths && new Set(shanks).size < 2) findings.problems.push(...pethGaps(peth));
  const sessionCount = sessions && new Set(sessions).size;
  const motion =
    motionFile !== undefined && sessionCount !== undefined
      ? await findings.attempt(() => readMotion(resolve(motionFile), sessionCount, signal))
      : undefined;
  findings.add(ofSpikes);

  Object.assign(facts, {
    ...(units !== undefined && { units }),
    ...(channels !== undefined && { channels }),
    ...(samples !== undefined && { samples }),
    ...(sessionCount !== undefined && { sessions: sessionCount }),
    ...(shanks && { shanks: [...new Set(shanks)].sort((a, b) => a - b) }),
    ...(spikeTrains && { spikes: spikeTrains.timesMs.length }),
    ...(peth && { pethBins: peth.shape[1] }),
  });
  if (findings.problems.length > 0 || !waveforms || !locations || !sessions || !sessionCount || !spikeTrains) {
    return { findings, facts };
  }
  const dataset = {
    waveforms,
    channelLocationsUm: locations,
    sessions,
    sessionCount,
    spikeTrains,
    ...(peth && { peth }),
    ...(shanks && { channelShanks: shanks }),
    ...(motion && { motion }),
    warnings: findings.warnings,
  };
  return { findings, facts, dataset };
}

function notAFolder(path: string): string {
  const matlab = `Of the spikeInfo.mat of DANT for MATLAB make one: dant import matlab "${path}" --output mydata. `;
  return `This is a file; expected a folder with waveform_all.npy and the others. ${path.endsWith('.mat') ? matlab : ''}The README and "dant import --help" tell how to make one.`;
}

/** The number of units by the waveforms' header; undefined if that is not known, which reading them will say. */
async function unitsOf(path: string): Promise<number | undefined> {
  const shape = await readNpyShape(path).catch(() => undefined);
  return shape?.length === 3 ? shape[0] : undefined;
}

async function readNeededPeth(path: string, findings: Findings, signal: AbortSignal | undefined) {
  if (await exists(path)) return findings.attempt(() => readPeth(path, signal));
  findings.problems.push(
    'peth.npy: there is no such file, but PETH is among the features. Add the file, or remove "PETH" from ' +
      'motionEstimation.features and clustering.features.',
  );
  return undefined;
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
