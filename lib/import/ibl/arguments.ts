// Arguments that several functions for ONE caches take.
import {
  allowFlag,
  allowText,
  checkSteering,
  doublesOf,
  requireObject,
  requireText,
  requireTexts,
} from '../../arguments.js';
import { elementCount } from '../../arrays.js';
import { argumentError } from '../../errors.js';
import { isTable, type AlfArray, type AlfObject } from './alf_object.js';
import { DatasetTable } from './dataset_table.js';
import type { SpikeSortingOptions } from './load_spike_sorting.js';
import type { OneCache, OneSession } from './one_cache.js';

/** What `openOneCache` gives. */
export function requireCache(cache: OneCache): void {
  const { folder, sessions, insertions, datasets } = requireObject('cache', cache) as Partial<OneCache>;
  const areObjects = [sessions, insertions].every(
    (list) =>
      Array.isArray(list) && Array.from<unknown>(list).every((item) => typeof item === 'object' && item !== null),
  );
  if (typeof folder === 'string' && areObjects && datasets instanceof DatasetTable) {
    sessions!.forEach((session, s) => {
      requireText(`cache.sessions[${s}].folder`, session.folder);
      for (const key of ['subject', 'date'] as const) requireText(`cache.sessions[${s}].${key}`, session[key]);
    });
    return;
  }
  throw argumentError('cache', 'a cache as openOneCache gives it', cache);
}

/** A session of a cache. */
export function requireSession(session: OneSession): void {
  requireText('session.folder', requireObject('session', session).folder);
}

export function checkSortingOptions(options: SpikeSortingOptions): void {
  checkSteering(options);
  if (options.sorter !== '') allowText('sorter', options.sorter);
  for (const name of ['revision', 'namespace'] as const) allowText(name, options[name]);
  for (const name of ['strict', 'goodUnits'] as const) allowFlag(name, options[name]);
  if (options.datasetTypes !== undefined) requireTexts('datasetTypes', options.datasetTypes);
}

/** Attributes, each an array of numbers or texts whose shape fits, or a table; 64-bit integers become doubles. */
export function alfObjectOf(name: string, object: AlfObject): AlfObject {
  const checked: AlfObject = {};
  for (const [key, value] of Object.entries(requireObject(name, object))) {
    const given = requireObject(`${name}.${key}`, value);
    if (isTable(given)) requireObject(`${name}.${key}.columns`, given.columns);
    checked[key] = isTable(given) ? given : alfArrayOf(`${name}.${key}`, given);
  }
  return checked;
}

function alfArrayOf(name: string, array: AlfArray): AlfArray {
  const { data, shape } = array as { data: unknown; shape: unknown };
  if (Array.isArray(data)) {
    requireTexts(`${name}.data`, data);
  } else if (!ArrayBuffer.isView(data) || data instanceof DataView) {
    throw argumentError(`${name}.data`, 'a typed array, or texts', data);
  }
  if (!Array.isArray(shape) || elementCount(shape as number[]) !== array.data.length) {
    throw argumentError(name, 'data that fill their shape', array);
  }
  const isBig = data instanceof BigInt64Array || data instanceof BigUint64Array;
  return isBig ? { data: Float64Array.from(data, Number), shape: array.shape } : array;
}

/** Numbers in single precision if they have it, else in double. */
export function precise(name: string, list: unknown, count?: number): Float32Array | Float64Array {
  if (!(list instanceof Float32Array)) return doublesOf(name, list, count);
  if (count !== undefined && list.length !== count) throw argumentError(name, `a list of ${count} numbers`, list);
  return list;
}
