import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parse } from 'yaml';

import { decodeText } from '../text.js';
import { fileError, systemFileError, systemOutputError } from './file_error.js';

/** The text of a file, UTF-8 or UTF-16 with a byte order mark. Rejects with DANT_DATA if it cannot be read or is no text. */
export async function readText(path: string): Promise<string> {
  const bytes = await readBytes(path);
  const text = decodeText(bytes);
  if (text === undefined) throw fileError(path, 'expected a text but found a binary file.');
  return text;
}

/** The same; undefined: there is no such file. What is no text comes as if it were UTF-8, for the reader to say what it is not. */
export async function readTextIfThere(path: string): Promise<string | undefined> {
  let bytes;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw systemFileError(path, error);
  }
  return decodeText(bytes) ?? bytes.toString('utf8');
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw systemFileError(path, error);
  }
}

/**
 * What a JSON file holds, whatever that is. Rejects with DANT_DATA.
 * @param writer Who writes such files, for the message
 */
export async function readJson(path: string, writer: string): Promise<unknown> {
  return parseJson(path, await readBytes(path), writer);
}

/** The same of a file that was read. Throws DANT_DATA, also if it is not UTF-8. */
export function parseJson(path: string, bytes: Uint8Array, writer: string): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw fileError(path, 'the text is not UTF-8. Save it as UTF-8, or copy it anew if a program wrote it.', error);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw fileError(path, `this is not the JSON that ${writer}. Is it cut off?`, error);
  }
}

/** What a text in YAML or JSON says. Throws DANT_DATA, also if a key is there twice. */
export function parseYaml(path: string, text: string): unknown {
  try {
    return parse(text, { logLevel: 'error' });
  } catch (error) {
    throw fileError(path, `this is neither YAML nor JSON: ${(error as Error).message}`, error);
  }
}

/** Puts a text in the place of a file, whole or not at all; its folder is made if there is none. Rejects with DANT_OUTPUT. */
export async function replaceText(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.new`, text, { flush: true });
    await rename(`${path}.new`, path);
  } catch (error) {
    throw systemOutputError(path, error);
  }
}
