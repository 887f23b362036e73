import { checkSteering, requireInteger, requireObject, requireOptions, requireText } from '../arguments.js';
import { elementCount } from '../arrays.js';
import { DantError, argumentError } from '../errors.js';
import type { Dtype } from './dtype.js';
import { checkData, writableDtype, type WritableData } from './encode.js';
import { systemOutputError } from './file_error.js';
import { formatNpyHeader } from './npy_header.js';
import { OutputFile, type WriteBuffers } from './output_file.js';
import {
  checkWritable,
  elementSpace,
  writeElements,
  type BlockSink,
  type NpyLayout,
  type Space,
  type WritableArray,
} from './write_elements.js';

export interface WriteOptions {
  /** Stops the writing within 100 ms; the promise rejects with the signal's reason. */
  signal?: AbortSignal | undefined;
  /** What files that are written one after the other share. */
  buffers?: WriteBuffers | undefined;
}

/**
 * A new .npy file whose elements are written block by block, of any size. What is never written is zero, and takes no
 * room on the disk. An existing file is refused. Everything rejects with a `DantError` DANT_OUTPUT if the disk does.
 */
export class NpyWriter implements BlockSink {
  private next = 0;

  private constructor(
    private readonly path: string,
    private readonly file: OutputFile,
    private readonly dtype: Dtype,
    private readonly dataStart: number,
    private readonly count: number,
    private readonly options: WriteOptions,
  ) {}

  static async create(path: string, layout: NpyLayout, options: WriteOptions = {}): Promise<NpyWriter> {
    requireText('path', path);
    const { dtype: name, shape } = requireObject('layout', layout);
    options = requireOptions('options', options);
    checkSteering(options);
    const dtype = writableDtype([], name);
    const header = formatNpyHeader(dtype, shape);
    const count = elementCount(shape);
    return withOutputErrors(path, async () => {
      const length = header.length + count * dtype.itemBytes;
      const file = await OutputFile.create(path, length, options.buffers);
      const writer = new NpyWriter(path, file, dtype, header.length, count, options);
      try {
        await file.truncate(length);
        await file.write(header, 0);
        return writer;
      } catch (error) {
        await writer.discard();
        throw error;
      }
    });
  }

  /**
   * Writes a block of elements from element `first` (in C order) on; by default behind the block before. The block must
   * not change until the promise resolves; meanwhile the next one can be computed.
   */
  async write(block: WritableData, first = this.next): Promise<void> {
    requireInteger('first', first, 0);
    checkData('block', block);
    if (first + block.length > this.count) {
      throw argumentError('block', `elements within the array's ${this.count}`, `${first} … ${first + block.length}`);
    }
    this.next = first + block.length;
    await withOutputErrors(this.path, () =>
      writeElements(this.file, this.positionOf(first), block, this.dtype, this.options),
    );
  }

  /** Memory for the next block of numbers; filling it and writing it without `first` needs no copy. */
  readonly space: Space = (type, length) =>
    withOutputErrors(this.path, () => elementSpace(this.file, this.positionOf(this.next), type, length));

  /** Ends the file. */
  close(): Promise<void> {
    return withOutputErrors(this.path, () => this.file.close());
  }

  /** Gives the file up and removes it. */
  discard(): Promise<void> {
    return this.file.discard();
  }

  private positionOf(element: number): number {
    return this.dataStart + element * this.dtype.itemBytes;
  }
}

/** Writes an array to a new .npy file; an existing one is refused. Rejects as `NpyWriter` does, and leaves no part. */
export async function writeNpy(path: string, array: WritableArray, options?: WriteOptions): Promise<void> {
  const dtype = checkWritable(array);
  const writer = await NpyWriter.create(path, { dtype: dtype.name, shape: array.shape }, options);
  try {
    await writer.write(array.data);
    await writer.close();
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

/** Words the system's errors for people. */
export async function withOutputErrors<Result>(path: string, action: () => Promise<Result>): Promise<Result> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof DantError) && (error as NodeJS.ErrnoException).syscall) throw systemOutputError(path, error);
    throw error;
  }
}
