import { createRequire } from 'node:module';

import { packageFolder } from '../../lib/native/package_folder.js';

/** Arguments of a native function; copies, so that they can be used again and again. */
export type NativeArguments = Record<string, unknown>;

type NativeFunction = (params: NativeArguments) => unknown;
// The object behind `addon`: what is put into it is called instead.
const nodeGypBuild = createRequire(import.meta.url)('node-gyp-build') as (folder: string) => unknown;
const functions = nodeGypBuild(packageFolder) as Record<string, NativeFunction>;

export const registered = Object.keys(functions).filter((name) => typeof functions[name] === 'function');

/** The same values in arrays of their own. `make` gives each its memory. */
export function copyOf(
  value: unknown,
  make: (bytes: number) => ArrayBufferLike = (bytes) => new ArrayBuffer(bytes),
): unknown {
  if (ArrayBuffer.isView(value)) {
    const from = value as Float64Array;
    const array = new (from.constructor as Float64ArrayConstructor)(make(from.byteLength), 0, from.length);
    array.set(from);
    return array;
  }
  if (Array.isArray(value)) return value.map((item) => copyOf(item, make));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyOf(item, make)]));
  }
  return value;
}

/** Every native function that `work` calls, with the arguments of its call with the fewest bytes that has some. */
export async function recordCalls(work: () => Promise<void>): Promise<Map<string, NativeArguments>> {
  const calls = new Map<string, { params: NativeArguments; bytes: number }>();
  const originals = { ...functions };
  for (const name of registered) {
    functions[name] = (params) => {
      const bytes = arraysIn(params).reduce((sum, { byteLength }) => sum + byteLength, 0);
      const known = calls.get(name);
      if (!known || (bytes > 0 && bytes < known.bytes)) {
        calls.set(name, { params: copyOf(params) as NativeArguments, bytes });
      }
      return originals[name]!(params);
    };
  }
  try {
    await work();
  } finally {
    Object.assign(functions, originals);
  }
  return new Map([...calls].map(([name, { params }]) => [name, params]));
}

/** All typed arrays of a call. */
export function arraysIn(value: unknown): Float64Array[] {
  if (ArrayBuffer.isView(value)) return [value as Float64Array];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(arraysIn);
}

/** Calls a native function; what it returns or throws. */
export async function outcomeOf(name: string, params: NativeArguments, after: () => void = () => undefined) {
  try {
    const running = functions[name]!(params);
    after();
    return { value: await running };
  } catch (error) {
    return { error: error as Error & { code?: string } };
  }
}
