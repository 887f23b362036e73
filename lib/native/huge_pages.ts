import type { NumericData } from '../arrays.js';
import { addon } from './addon.js';

/** Puts a new array on huge pages, where the system has them. */
export function onHugePages<Data extends NumericData>(array: Data): Data {
  addon.useHugePages({ bytes: new Uint8Array(array.buffer, array.byteOffset, array.byteLength) });
  return array;
}
