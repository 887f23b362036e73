import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';

import { DantError } from '../errors.js';
import { fileError } from '../files/file_error.js';
import { parseYaml, readTextIfThere } from '../files/text_file.js';
import type { ImportOptions } from '../import/options.js';
import { parseSessions, sessionSchema } from '../import/sessions_file.js';
import { completeSettings } from '../settings/index.js';
import { isTree, type Tree } from '../settings/tree.js';
import { resolvePath } from '../settings/resolve_path.js';
import type { RecordingInput, Study, StudyRecording } from './study.js';

const name = z.union([z.string().min(1), z.number()]).transform(String);
const importOptions = z
  .strictObject({
    labels: z.array(z.string()).min(1),
    min_spikes: z.number().min(0),
    min_rate_hz: z.number().min(0),
    min_amplitude_uv: z.number().min(0),
    max_missing: z.number().min(0).max(0.5),
    spikes_per_unit: z.int().min(1),
    seed: z.int().min(0),
  })
  .partial();
const choices = { import: importOptions.optional(), settings: z.record(z.string(), z.unknown()).optional() };
const recording = z
  .strictObject({
    probe: name.optional(),
    region: name.optional(),
    sessions: z.array(sessionSchema).min(1).optional(),
    data: z.string().optional(),
    ...choices,
  })
  .refine(({ sessions, data }) => (sessions === undefined) !== (data === undefined), {
    error: 'expected either "sessions" (folders of the sorter) or "data" (a folder that dant run takes)',
  })
  .refine(({ data, import: options }) => data === undefined || options === undefined, {
    error: '"import" says how sessions are read; there is nothing to import in a data folder',
  });
const studySchema = z.strictObject({
  output: z.string().default('tracked'),
  defaults: z.strictObject(choices).default({}),
  animals: z.record(z.string(), z.union([recording.transform((one) => [one]), z.array(recording).min(1)])),
});

type Choices = Pick<z.infer<typeof recording>, 'import' | 'settings'>;

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
      const label = [animal, probe, region].filter((part) => part !== undefined).join(', ');
      checkSettings(file, label, settings, warnings);
      return {
        id: [animal, probe, region].flatMap((part) => (part === undefined ? [] : [safeName(part)])).join('_'),
        animal,
        probe,
        region,
        input: inputOf(entry, data.defaults, from),
        settings,
      };
    }),
  );
  if (recordings.length === 0) throw fileError(file, 'expected at least one animal under "animals".');
  const study = { file, output: from(data.output), recordings, warnings: [...new Set(warnings)] };
  refuseDoubles(study);
  return study;
}

async function parseFile(file: string): Promise<unknown> {
  const text = await readTextIfThere(file);
  if (text !== undefined) return parseYaml(file, text);
  throw fileError(file, `there is no such file. "dant study init ${dirname(file)}" writes one.`);
}

const placeOf = (path: readonly PropertyKey[]) => (path.length === 0 ? 'the file' : path.map(String).join('.'));

function inputOf(
  { sessions, data, import: options }: z.infer<typeof recording>,
  defaults: Choices,
  from: (path: string) => string,
): RecordingInput {
  if (data !== undefined) return { kind: 'data', folder: from(data) };
  const all = { ...defaults.import, ...options };
  return { kind: 'sessions', sessions: parseSessions(sessions!, from), options: optionsOf(all) };
}

function optionsOf(options: z.infer<typeof importOptions>): ImportOptions {
  return {
    labels: options.labels,
    minSpikes: options.min_spikes,
    minRateHz: options.min_rate_hz,
    minAmplitudeUv: options.min_amplitude_uv,
    maxMissing: options.max_missing,
    spikesPerUnit: options.spikes_per_unit,
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

function refuseDoubles({ file, output, recordings }: Study): void {
  const seen = new Map<string, StudyRecording>();
  for (const one of recordings) {
    const key = one.id.normalize().toLowerCase();
    const other = seen.get(key);
    if (other) {
      throw fileError(
        file,
        `two recordings would go to ${join(output, one.id)}: those of ${describe(other)} and of ${describe(one)}. ` +
          'Tell them apart by "probe" or "region".',
      );
    }
    seen.set(key, one);
  }
}

/** Animal, probe and region, as messages name them. */
export const describe = ({ animal, probe, region }: Pick<StudyRecording, 'animal' | 'probe' | 'region'>) =>
  [animal, probe, region].filter((part) => part !== undefined).join(', ');
