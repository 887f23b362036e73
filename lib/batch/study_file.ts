import { dirname, resolve } from 'node:path';
import { z } from 'zod';

import { DantError } from '../errors.js';
import { fileError } from '../files/file_error.js';
import { parseYaml, readTextIfThere } from '../files/text_file.js';
import type { ImportOptions } from '../import/options.js';
import { completeSettings } from '../settings/index.js';
import { isTree, type Tree } from '../settings/tree.js';
import { resolvePath } from '../settings/resolve_path.js';
import { checkPlaces } from './check_places.js';
import { sourceKinds, sourceNames, type SourceName } from './sources/kinds.js';
import type { Source, SourceKind } from './sources/source.js';
import { describe, type Study, type StudyRecording } from './study.js';

const name = z.union([z.string().min(1), z.number()]).transform(String);
const importOptions = z
  .strictObject({
    labels: z.array(z.string()).min(1),
    min_spikes: z.number().min(0),
    min_rate_hz: z.number().min(0),
    min_amplitude_uv: z.number().min(0),
    max_missing: z.number().min(0).max(0.5),
    spikes_per_unit: z.int().min(1),
    templates: z.literal('kilosort4'),
    common_median: z.boolean(),
    halves: z.boolean(),
    seed: z.int().min(0),
  })
  .partial();
const choices = {
  import: importOptions.optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
  evidence: z.boolean().optional(),
};
const sources = Object.fromEntries(sourceNames.map((key) => [key, sourceKinds[key].schema.optional()])) as {
  [Name in SourceName]: z.ZodOptional<(typeof sourceKinds)[Name]['schema']>;
};
const sourcesIn = (entry: Partial<Record<SourceName, unknown>>) =>
  sourceNames.filter((key) => entry[key] !== undefined);
const recording = z
  .strictObject({ probe: name.optional(), region: name.optional(), ...sources, ...choices })
  .refine((entry) => sourcesIn(entry).length === 1, {
    error: `expected one of ${sourceNames.map((key) => `"${key}" (${sourceKinds[key].about})`).join(', ')}`,
  })
  .refine(({ data, import: options }) => data === undefined || options === undefined, {
    error: '"import" says how sessions are read; there is nothing to import in a data folder',
  });
const studySchema = z.strictObject({
  output: z.string().default('tracked'),
  defaults: z.strictObject(choices).default({}),
  animals: z.record(z.string(), z.union([recording.transform((one) => [one]), z.array(recording).min(1)])),
});

/**
 * Reads the file of a study, YAML or JSON. Paths are relative to the file. What is wrong with any of its recordings is in one
 * message. Whether the sessions are there is not looked at: those that are can be tracked without the others.
 * @throws DANT_DATA
 */
export async function readStudy(path: string): Promise<Study> {
  const file = resolve(path);
  const content = await parseFile(file);
  const { data, error } = studySchema.safeParse(content);
  if (error) {
    const problems = error.issues.map((issue) => `  ${placeOf(issue.path)}: ${issue.message}`);
    throw fileError(file, `this is not the description of a study:\n${problems.join('\n')}`, error);
  }
  const from = (relative: string) => resolvePath(relative, dirname(file));
  const warnings: string[] = [];
  const recordings = Object.entries(data.animals).flatMap(([animal, list]) =>
    list.map((entry): StudyRecording => {
      const { probe, region } = entry;
      const settings = merged(data.defaults.settings, entry.settings);
      checkSettings(file, describe({ animal, probe, region }), settings, warnings);
      return {
        id: [animal, probe, region].flatMap((part) => (part === undefined ? [] : [safeName(part)])).join('_'),
        animal,
        probe,
        region,
        source: sourceOf(entry, { animal, probe, from }),
        importOptions: optionsOf({ ...data.defaults.import, ...entry.import }),
        settings,
        evidence: entry.evidence ?? data.defaults.evidence ?? false,
      };
    }),
  );
  if (recordings.length === 0) throw fileError(file, 'expected at least one animal under "animals".');
  const study = { file, output: from(data.output), recordings, warnings: [...new Set(warnings)] };
  checkPlaces(study);
  return study;
}

async function parseFile(file: string): Promise<unknown> {
  const text = await readTextIfThere(file);
  if (text !== undefined) return parseYaml(file, text);
  throw fileError(file, `there is no such file. "dant study init ${dirname(file)}" writes one.`);
}

const placeOf = (path: readonly PropertyKey[]) => (path.length === 0 ? 'the file' : path.map(String).join('.'));

function sourceOf(entry: z.infer<typeof recording>, place: Parameters<SourceKind['open']>[1]): Source {
  const [key] = sourcesIn(entry) as [SourceName];
  // The schema of the kind has checked it.
  return (sourceKinds[key] as SourceKind).open(entry[key], place);
}

function optionsOf(options: z.infer<typeof importOptions>): ImportOptions {
  return {
    labels: options.labels,
    minSpikes: options.min_spikes,
    minRateHz: options.min_rate_hz,
    minAmplitudeUv: options.min_amplitude_uv,
    maxMissing: options.max_missing,
    spikesPerUnit: options.spikes_per_unit,
    templates: options.templates,
    commonMedian: options.common_median,
    halves: options.halves,
    seed: options.seed,
  };
}

/** Settings of the study with those of a recording over them. */
function merged(below: Tree = {}, above: Tree = {}): Tree {
  const result: Tree = { ...below };
  for (const [key, value] of Object.entries(above)) {
    const under = result[key];
    result[key] = isTree(value) && isTree(under) ? merged(under, value) : value;
  }
  return result;
}

const placeKeys = ['path_to_data', 'output_folder'];

function checkSettings(file: string, label: string, settings: Tree, warnings: string[]): void {
  const misplaced = placeKeys.filter((key) => key in settings);
  if (misplaced.length > 0) {
    throw fileError(file, `${label}: ${misplaced.join(' and ')} cannot be set here; "output" says where results go.`);
  }
  try {
    const checked = completeSettings(settings);
    warnings.push(...checked.warnings);
  } catch (error) {
    if (!(error instanceof DantError)) throw error;
    throw new DantError('DANT_SETTINGS', `${file}: ${label}: ${error.message}`, { cause: error });
  }
}

/** A name as every file system takes it. */
const safeName = (text: string) => text.replace(/[^\p{L}\p{N}.-]+/gu, '-').replace(/^[.-]+|[.-]+$/g, '') || 'unnamed';
