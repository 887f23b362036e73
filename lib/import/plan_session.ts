import { join, resolve } from 'node:path';

import { listed } from '../dataset/findings.js';
import { fileError } from '../files/file_error.js';
import { findRecording, findSorterFolder } from './find_recording.js';
import { readEvents, type Events } from './events.js';
import { readLabelTable, unsorted } from './labels.js';
import { hasWindow } from './mean_waveforms.js';
import type { CompleteImportOptions, SessionSource } from './options.js';
import { describeRecording, strayShare, type Recording } from './recording.js';
import { selectSpikes } from './select_spikes.js';
import { describePart, partsOf, spikesOfPart, type Part } from './split.js';
import { readSorting, type SortedUnit, type Sorting } from './sorter_folder.js';
import { absentRecording, templatesOfSession } from './without_recording.js';

/** A unit that will be imported. */
export interface PlannedUnit extends SortedUnit {
  /** Those that are averaged */
  averaged: Float64Array;
}

/** Everything about a session but its waveforms. */
export interface SessionPlan {
  folder: string;
  sorting: Sorting;
  /** `rows` are those of the part, if it is one */
  recording: Recording;
  /** Undefined: the session is the whole recording */
  part: Part | undefined;
  units: PlannedUnit[];
  /** By id, (C, 61) µV; undefined: the mean waveforms are those of the recording, else there is none */
  templates: Map<number, Float32Array> | undefined;
  /** Undefined: none were given */
  events: Events | undefined;
  /** Clusters by label, of all that the sorter found */
  labels: Record<string, number>;
  warnings: string[];
}

/** Where all spikes are within this share, their times are hardly samples. */
const earlyShare = 0.05;

/**
 * Reads what the sorter found and looks at the recording: one session, or several where they were sorted in one go.
 * Rejects with DANT_DATA.
 * @param number Of the first session, from 1
 */
export async function planSessions(
  source: SessionSource,
  number: number,
  options: CompleteImportOptions,
  signal?: AbortSignal,
): Promise<SessionPlan[]> {
  const folder = await findSorterFolder(source.folder);
  const sorting = await readSorting(folder, signal);
  const found = source.recording
    ? { files: source.recording.map((path) => resolve(path)), warnings: [] }
    : await findRecording(source.folder, folder, sorting.params, options.templates !== '');
  const isAbsent = found.files.length === 0;
  const recording = isAbsent
    ? absentRecording(sorting)
    : await describeRecording(found.files, sorting.params, source.uvPerBit);
  const warnings = [...sorting.warnings, ...found.warnings, ...recording.warnings];
  const templates = isAbsent ? await templatesOfSession(source, sorting, options, warnings, signal) : undefined;

  const notNeural = [...sorting.channelMap].filter((column) => column >= recording.neuralColumns);
  if (notNeural.length > 0) {
    throw fileError(
      join(folder, 'channel_map.npy'),
      `names column ${listed(notNeural)}, but only the first ${recording.neuralColumns} of the recording are neural; the last is the sync channel.`,
    );
  }
  if (recording.probe !== undefined && recording.sites === undefined) {
    warnings.push(
      `the recording does not say where the sites of its probe (${recording.probe}) are; they are taken from ${join(folder, 'channel_positions.npy')}. Make sure that these are right.`,
    );
  }
  checkPositions(sorting, recording, warnings);
  await useLabelTable(source.labelTable, sorting, warnings);
  dropStraySpikes(sorting, recording, warnings);
  const events =
    source.events === undefined
      ? undefined
      : await readEvents(source.events, options.eventsUnit, recording, warnings, signal);
  const labels: Record<string, number> = {};
  for (const { label } of sorting.units) labels[label] = (labels[label] ?? 0) + 1;

  const parts = partsOf(source.splitAt, recording) ?? [undefined];
  return parts.map((part, i) => {
    const own = part === undefined ? { sorting, recording, events } : cutOut(part, { sorting, recording, events });
    const told = i === 0 ? warnings : [];
    const units = planUnits(own.sorting, own.recording, number + i, options, told, templates);
    if (units.length === 0) {
      const summary = Object.entries(labels).map(([label, count]) => `${count} ${label}`);
      throw fileError(
        `Session ${number + i}: ${folder}${part === undefined ? '' : ` (${describePart(part, recording.sampleRateHz)})`}`,
        `no unit is left: the clusters are ${summary.join(', ')}, and those that are ${options.labels.join(' or ')} with at least ` +
          `${options.minSpikes} spikes${options.minRateHz > 0 ? ` and ${options.minRateHz} Hz` : ''} were asked for. ` +
          'Choose others with --labels, --min-spikes or --min-rate-hz.',
      );
    }
    return { folder, ...own, part, templates, units, labels, warnings: told };
  });
}

/** What lies in a part of a recording, in samples and ms from its beginning. */
function cutOut(
  part: Part,
  { sorting, recording, events }: Pick<SessionPlan, 'sorting' | 'recording' | 'events'>,
): Pick<SessionPlan, 'sorting' | 'recording' | 'events'> {
  const msOf = (row: number) => (1000 * row) / recording.sampleRateHz;
  const units = sorting.units
    .map((unit) => ({ ...unit, spikes: spikesOfPart(unit.spikes, part) }))
    .filter(({ spikes }) => spikes.length > 0);
  return {
    sorting: { ...sorting, units },
    recording: { ...recording, rows: part.end - part.begin },
    events:
      events &&
      new Map(
        [...events].map(([type, times]) => [
          type,
          times
            .filter((time) => time >= msOf(part.begin) && time < msOf(part.end))
            .map((time) => time - msOf(part.begin)),
        ]),
      ),
  };
}

/** The depths must be those of the sites that the recording names, but for where they are counted from. */
function checkPositions({ folder, channelMap, sites }: Sorting, recording: Recording, warnings: string[]): void {
  if (recording.sites === undefined) return;
  const offsets = sites.map(({ y }, c) => y - recording.sites![channelMap[c]!]!.y);
  const middle = [...offsets].sort((a, b) => a - b)[Math.floor(offsets.length / 2)]!;
  const wrong = offsets.filter((offset) => Math.abs(offset - middle) > 1).length;
  if (wrong > 0) {
    warnings.push(
      `${join(folder, 'channel_positions.npy')} puts ${wrong} of ${sites.length} channels at other depths than the recording’s .meta; ` +
        'those of the .meta were taken. Was it sorted with the channel map of another recording?',
    );
  }
}

async function useLabelTable(path: string | undefined, { units }: Sorting, warnings: string[]): Promise<void> {
  if (path === undefined) return;
  const labels = await readLabelTable(path);
  for (const unit of units) unit.label = labels.get(unit.id) ?? unsorted;
  const without = units.filter(({ id }) => !labels.has(id)).map(({ id }) => id);
  if (without.length === units.length)
    throw fileError(path, 'has a label for none of the clusters. Is it of another session?');
  if (without.length > 0) warnings.push(`${path} has no label for cluster ${listed(without)}: ${unsorted}.`);
}

function dropStraySpikes(sorting: Sorting, { rows, files }: Recording, warnings: string[]): void {
  const isInside = (spike: number) => spike >= 0 && spike < rows;
  let all = 0;
  let stray = 0;
  for (const unit of sorting.units) {
    const inside = unit.spikes.filter(isInside);
    all += unit.spikes.length;
    stray += unit.spikes.length - inside.length;
    unit.spikes = inside;
  }
  if (stray > strayShare * all) {
    throw fileError(
      join(sorting.folder, 'spike_times.npy'),
      `${stray} of ${all} spikes are beyond the ${rows} samples of ${files.join(', ')}. Is it the recording that was sorted, and whole?`,
    );
  }
  const last = sorting.units.reduce((most, { spikes }) => Math.max(most, spikes.at(-1) ?? 0), 0);
  if (last < earlyShare * rows) {
    warnings.push(
      `all spikes are within the first ${last + 1} of ${rows} samples. Are the times in spike_times.npy in ms instead of samples, or is ${files.join(', ')} the recording of another session?`,
    );
  }
  if (stray > 0) warnings.push(`${stray} of ${all} spikes are beyond the end of the recording and were left out.`);
}

function planUnits(
  { units }: Sorting,
  { rows, sampleRateHz }: Recording,
  number: number,
  { labels, minSpikes, minRateHz, spikesPerUnit, seed }: CompleteImportOptions,
  warnings: string[],
  templates?: Map<number, Float32Array>,
): PlannedUnit[] {
  const wanted = new Set(labels.map((label) => label.toLowerCase()));
  const seconds = rows / sampleRateHz;
  const chosen = units.filter(
    ({ label, spikes }) =>
      wanted.has(label) && spikes.length >= Math.max(1, minSpikes) && spikes.length / seconds >= minRateHz,
  );
  const unlabelled = units.filter(({ label }) => label === unsorted).map(({ id }) => id);
  if (unlabelled.length > 0 && !wanted.has(unsorted)) {
    warnings.push(
      `neither phy nor the sorter has a label for cluster ${listed(unlabelled)}; left out. --labels ${[...wanted, unsorted].join(',')} takes them.`,
    );
  }
  if (templates) return chosen.map((unit) => ({ ...unit, averaged: new Float64Array() }));
  const planned = chosen.map((unit) => {
    const whole = unit.spikes.filter((spike) => hasWindow(spike, rows));
    return { ...unit, averaged: selectSpikes(whole, spikesPerUnit, [seed, number, unit.id]) };
  });
  const without = planned.filter(({ averaged }) => averaged.length === 0).map(({ id }) => id);
  if (without.length > 0) {
    warnings.push(
      `Cluster ${listed(without)} has no spike far enough from the ends of the recording for a mean waveform and was left out.`,
    );
  }
  return planned.filter(({ averaged }) => averaged.length > 0);
}
