import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

import { fileError } from '../files/file_error.js';
import { readTextIfThere, replaceText } from '../files/text_file.js';
import { packageVersion } from '../native/package_folder.js';
import type { Session, SessionFile } from './session.js';

const record = z.object({
  /** Of inputs and settings; `begun`: the step was never ended */
  key: z.string(),
  /** Those settings, and the inputs with their sizes and times */
  made_from: z.unknown(),
  /** Size and time of each output, by its name in processed */
  outputs: z.record(z.string(), z.object({ bytes: z.number(), modified: z.number() })),
  at: z.string(),
  seconds: z.number(),
  version: z.string(),
  said: z.string(),
  /** What later steps take from it */
  result: z.unknown().optional(),
  warnings: z.array(z.string()),
});
const schema = z.object({ steps: z.record(z.string(), record) });

/** What was made of what in a step of a recording. */
export type StepRecord = z.infer<typeof record>;
/** By "<recording> <step>" */
export type ProcessState = Record<string, StepRecord>;

const pathOfState = (session: Session) => join(session.processed, 'process.json');

/** What `process.json` of a session says. Rejects with DANT_DATA if it is damaged. */
export async function readState(session: Session): Promise<ProcessState> {
  const path = pathOfState(session);
  const text = await readTextIfThere(path);
  if (text === undefined) return {};
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (error) {
    throw fileError(path, 'this is damaged. Remove it: all steps of the session are then done anew.', error);
  }
  const { data, error } = schema.safeParse(content);
  if (error) throw fileError(path, 'this is not as "dant pixels process" writes it. Remove it.');
  return data.steps;
}

/** Replaces the entry of a step; `undefined` removes it. */
export async function writeState(session: Session, key: string, entry: StepRecord | undefined): Promise<void> {
  const { [key]: _, ...steps } = await readState(session);
  if (entry) steps[key] = entry;
  await replaceText(pathOfState(session), `${JSON.stringify({ steps }, null, 1)}\n`);
}

/** What a step is made from, and its key: files by name, size and time, and settings. */
export async function madeFrom(
  files: readonly (SessionFile | undefined)[],
  settings: unknown,
): Promise<{ key: string; from: unknown }> {
  const inputs: unknown[] = [];
  for (const file of files) {
    if (!file) continue;
    // What interim has is made of raw, whatever its time.
    const path = file.raw ?? file.archive ?? file.processed ?? file.interim;
    const known = path === undefined ? undefined : await stat(path).catch(() => undefined);
    inputs.push({ name: file.name, bytes: known?.size ?? null, modified: known ? Math.round(known.mtimeMs) : null });
  }
  const from = { inputs, settings };
  return { key: createHash('sha256').update(JSON.stringify(from)).digest('hex').slice(0, 32), from };
}

const made = z.object({
  inputs: z.array(z.object({ name: z.string(), bytes: z.number().nullable(), modified: z.number().nullable() })),
});

/** Names of the inputs that are others now than they were then; both as `madeFrom` tells them. */
export function changedInputs(then: unknown, now: unknown): Set<string> {
  const inputs = (from: unknown) => made.safeParse(from).data?.inputs ?? [];
  const before = new Map(inputs(then).map((input) => [input.name, input]));
  const changed = inputs(now).filter(({ name, bytes, modified }) => {
    const old = before.get(name);
    return old && (old.bytes !== bytes || old.modified !== modified);
  });
  return new Set(changed.map(({ name }) => name));
}

/** Size and time of a file in processed; undefined: it is not there. */
export async function outputStamp(session: Session, name: string) {
  const known = await stat(join(session.processed, name)).catch(() => undefined);
  return known && { bytes: known.size, modified: Math.round(known.mtimeMs) };
}

export type Standing =
  | { kind: 'done'; record: StepRecord }
  | { kind: 'missing' }
  /** Inputs or settings have changed, or an output is gone */
  | { kind: 'stale'; why: string }
  /** An output is there that was not made by this step, or was changed since */
  | { kind: 'foreign'; file: string };

/** How a step stands. `outputs`: names in processed that it writes. */
export async function standingOf(
  session: Session,
  entry: StepRecord | undefined,
  key: string,
  outputs: readonly string[],
): Promise<Standing> {
  // What is there of it was made by the step, as nothing was there when it began.
  if (entry?.key === begun) return { kind: 'stale', why: 'it was stopped before its end' };
  let missing: string | undefined;
  for (const name of outputs) {
    const now = await outputStamp(session, name);
    const then = entry?.outputs[name];
    if (!now) missing ??= name;
    else if (now.bytes !== then?.bytes || now.modified !== then.modified) {
      return { kind: 'foreign', file: join(session.processed, name) };
    }
  }
  if (!entry) return { kind: 'missing' };
  if (missing !== undefined) return { kind: 'stale', why: `${missing} is gone` };
  if (entry.key !== key) return { kind: 'stale', why: 'inputs or settings have changed' };
  return { kind: 'done', record: entry };
}

export const versionNow = packageVersion;

/** In the place of the key, while a step is done */
export const begun = 'begun';
