import { elementCount, type NdArray, type NumericData } from '../arrays.js';
import { toFloat64, toInt32 } from '../files/convert.js';
import type { Space } from '../files/write_elements.js';
import type { ResultArray } from './result_array.js';
import type { ResultFolderFiles } from './write_results.js';
import type { ResultSource } from './result_source.js';
import { archiveFiles, archivedPlaces, type ResultName } from './schema.js';

/** The results of a run that is being written, from memory. The large ones are shown row by row as they are written. */
export class WrittenResults implements ResultSource {
  readonly problems = [];

  /** @param folders The folder of the run, and those of its shanks */
  constructor(
    readonly path: string,
    private readonly folders: readonly ResultFolderFiles[],
  ) {}

  async floats(name: ResultName): Promise<NdArray<Float64Array> | undefined> {
    const array = await this.#numbers(name);
    return array && { data: toFloat64(name, array.data), shape: array.shape };
  }

  async integers(name: ResultName): Promise<NdArray<Int32Array> | undefined> {
    const array = await this.#numbers(name);
    return array && { data: toInt32(name, array.data), shape: array.shape };
  }

  text(name: ResultName): Promise<string | undefined> {
    const array = this.#array(name);
    const text = array && 'data' in array ? array.data[0] : undefined;
    return Promise.resolve(typeof text === 'string' ? text : undefined);
  }

  /** Its purpose is to guess what `run.json` tells. */
  firstRow(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  #array(name: ResultName): ResultArray | undefined {
    const folder = this.folders.find(({ shank }) => shank === undefined);
    if (!folder) return undefined;
    const archives = {
      [archiveFiles.clusteringResults]: folder.clusteringResults,
      [archiveFiles.output]: folder.output,
    };
    const places = archivedPlaces(name).map(([archive, member]) => archives[archive][member]);
    return [folder.files[name], ...places].find((array) => array !== undefined);
  }

  async #numbers(name: ResultName): Promise<NdArray | undefined> {
    const array = this.#array(name);
    if (!array || 'zero' in array) return undefined;
    const { shape } = array;
    if ('data' in array) {
      return { data: ArrayBuffer.isView(array.data) ? array.data : Float64Array.from(array.data as number[]), shape };
    }
    const data = new Float64Array(elementCount(shape));
    let at = 0;
    for await (const block of array.blocks(plainSpace, {})) {
      data.set(block as Exclude<NumericData, BigInt64Array | BigUint64Array>, at);
      at += block.length;
    }
    return { data, shape };
  }
}

/** Memory of its own for each block. */
const plainSpace: Space = (type, length) =>
  Promise.resolve(new type(new ArrayBuffer(length * type.BYTES_PER_ELEMENT), 0, length));
