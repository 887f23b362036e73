import type { z } from 'zod';

import { DantError, asJson, describeValue } from '../errors.js';
import { nearest, nearestPath } from './nearest.js';
import type { Row } from './rows.js';
import { settingGroups, settingRows, type PartialSettings, type SettingPath, type Settings } from './table.js';
import { isTree, setValueAt, valueAt, type Tree } from './tree.js';

export interface CheckedSettings {
  settings: Settings;
  /** What was understood but looks like a mistake: unknown keys and the like. */
  warnings: string[];
}

/** Where settings come from: for messages, and because a file that lacks a key follows pyDANT's rules. */
export interface Origin {
  /** "settings.json" or "the settings". */
  name: string;
  isFile: boolean;
  /** Paths that the command line gave. */
  commandLine?: ReadonlySet<string>;
}

/** The documented default of every setting: what `dant init` writes and what library users get. */
export function defaultSettings(): Settings {
  return completeSettings({}).settings;
}

/**
 * Fills what is left out with the documented defaults (docs/reference-method.md, section 12) and checks everything.
 * Paths stay as they are. Throws DANT_SETTINGS with one message that lists everything that is wrong.
 */
export function completeSettings(partial: PartialSettings): CheckedSettings {
  return checkSettings(partial, { name: 'the settings', isFile: false });
}

/**
 * As `completeSettings`, for settings of any origin. What a file lacks takes `absentInFile` where a row has it: the
 * reference does not repeat the last feature set or stop early unless the file says so (docs/reference-method.md, section 8).
 */
export function checkSettings(given: unknown, origin: Origin): CheckedSettings {
  if (!isTree(given)) {
    throw new DantError('DANT_SETTINGS', `Expected ${origin.name} to be an object, { … }, but found ${show(given)}.`);
  }
  const warnings = unknownKeys(given).map((problem) => `${origin.name}: ${problem}`);
  const problems: string[] = [];
  const complete: Tree = {};
  for (const [path, row] of settingRows) {
    let value = valueAt(given, path);
    if (path === 'motionEstimation.features' && isFlatList(value)) {
      warnings.push(`${origin.name}: ${path} is one list of features; it is read as a list with this one list in it.`);
      value = [value];
    }
    if (path === 'n_jobs' && value === 0) {
      warnings.push(`${origin.name}: n_jobs is 0, which is read as -1: all cores.`);
      value = -1;
    }
    if (value === undefined) {
      const absent = origin.isFile ? (row.absentInFile ?? row.default) : row.default;
      setValueAt(complete, path, structuredClone(absent));
      continue;
    }
    const result = row.schema.safeParse(value);
    if (result.success) setValueAt(complete, path, result.data);
    else problems.push(...describeIssues(result.error.issues, value, path, row, origin));
  }
  problems.push(...misplacedValues(given));
  const settings = complete as unknown as Settings;
  if (problems.length === 0) {
    if (valueAt(given, 'motionEstimation.max_iter') === undefined) {
      settings.motionEstimation.max_iter = absentMaxIter(settings);
    }
    problems.push(...contradictions(settings));
  }
  if (problems.length > 0) throw settingsError(problems, warnings, origin);
  return { settings, warnings };
}

/** Section 8: 15 with repetition, else the number of feature sets. */
function absentMaxIter({ motionEstimation: { repeat_last_feature_set, max_iter, features } }: Settings): number {
  return repeat_last_feature_set ? max_iter : features.length;
}

/** What no setting alone shows. */
function contradictions(settings: Settings): string[] {
  const problems: string[] = [];
  const maxBins = 100_000;
  for (const name of ['autoCorr', 'ISI'] as const) {
    const { window, binwidth } = settings[name];
    if (binwidth > window || window / binwidth > maxBins) {
      problems.push(
        `${name}.binwidth: expected at most ${name}.window (${window} ms) and at least window / ${maxBins}, ` +
          `found ${binwidth} ms.`,
      );
    }
  }
  const firstSet = settings.motionEstimation.features[0]!;
  if (settings.waveformCorrection.path_to_motion !== '' && !firstSet.includes('Waveform')) {
    problems.push(
      'motionEstimation.features: expected "Waveform" in the first list because waveformCorrection.path_to_motion ' +
        `gives a motion to correct the waveforms with, found ${show(firstSet)}.`,
    );
  }
  return problems;
}

const paths: string[] = settingRows.map(([path]) => path);
const groups = [...settingGroups.keys()].filter((group) => group !== '');

/** Keys of DANT for MATLAB and of pyDANT that need no counterpart. */
const notNeeded: Readonly<Record<string, string>> = {
  save_intermediate_figures: 'figures are drawn if outputs.figures is true.',
  path_to_python: 'no Python is needed.',
};

function unknownKeys(tree: Tree, prefix = ''): string[] {
  return Object.entries(tree).flatMap(([key, value]) => {
    const path = prefix + key;
    if (paths.includes(path)) return [];
    if (prefix === '' && groups.includes(key)) return isTree(value) ? unknownKeys(value, `${key}.`) : [];
    if (Object.hasOwn(notNeeded, path)) return [`${path} is ignored: ${notNeeded[path]!}`];
    const known = nearestPath(path, isTree(value) ? groups : paths);
    return [`unknown key ${path} is ignored${known === undefined ? '.' : `; did you mean ${known}?`}`];
  });
}

/** Groups that hold something else than an object. */
function misplacedValues(given: Tree): string[] {
  return groups
    .filter((group) => given[group] !== undefined && !isTree(given[group]))
    .map((group) => `${group}: expected a group of settings, { … }, found ${show(given[group])}.`);
}

const isFlatList = (value: unknown) =>
  Array.isArray(value) && value.length > 0 && value.every((entry) => typeof entry === 'string');

function describeIssues(issues: z.core.$ZodIssue[], value: unknown, path: SettingPath, row: Row, origin: Origin) {
  const place = origin.commandLine?.has(path) ? ' (command line)' : '';
  return issues.map((issue) => {
    const found = issue.path.reduce<unknown>((node, key) => (node as Record<PropertyKey, unknown>)[key], value);
    const position = issue.path.map((key) => `[${String(key)}]`).join('');
    return `${path}${position}${place}: expected ${issue.message}, found ${show(found)}.${hint(found, row)}`;
  });
}

function hint(found: unknown, row: Row): string {
  if (found === null) return ' Leave the key out for its default.';
  if (typeof found !== 'string') return '';
  const unquoted = row.fromText(found);
  if (typeof unquoted === 'number' || typeof unquoted === 'boolean') return ` Write ${unquoted} without quotes.`;
  const near = nearest(found, row.choices);
  return near === undefined || near === found ? '' : ` Did you mean "${near}"?`;
}

/** A value as it stands in the file, cut to a readable length. */
function show(value: unknown): string {
  const text = typeof value === 'number' ? String(value) : (asJson(value) ?? describeValue(value));
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function settingsError(problems: string[], warnings: string[], origin: Origin): DantError {
  const what = problems.length === 1 ? 'One setting' : `${problems.length} settings`;
  const lines = [
    `${what} in ${origin.name} cannot be used:`,
    ...problems.map((problem) => `  ${problem}`),
    ...warnings.map((warning) => `Warning: ${warning}`),
  ];
  return new DantError('DANT_SETTINGS', lines.join('\n'));
}
