import { crc32 } from 'node:zlib';

import { checkSteering, requireObject, requireOptions, requireText } from '../arguments.js';
import { elementCount } from '../arrays.js';
import { argumentError } from '../errors.js';
import { writableDtype } from './encode.js';
import { formatNpyHeader } from './npy_header.js';
import { withOutputErrors, type WriteOptions } from './npy_writer.js';
import { OutputFile } from './output_file.js';
import {
  checkWritable,
  elementSpace,
  writeBlocks,
  writeElements,
  type Blocks,
  type NpyLayout,
  type Space,
  type WritableArray,
} from './write_elements.js';
import { centralDirectory, localHeader, type ZipMember } from './zip_records.js';

/**
 * A new .npz archive, stored as numpy.savez does; the same arrays give the same bytes. Members follow one after the
 * other and can have any size. An existing file is refused. Rejects with a `DantError` DANT_OUTPUT if the disk does.
 */
export class NpzWriter {
  private readonly members: ZipMember[] = [];
  private end = 0;

  private constructor(
    private readonly path: string,
    private readonly file: OutputFile,
    private readonly options: WriteOptions,
  ) {}

  static async create(path: string, options: WriteOptions = {}): Promise<NpzWriter> {
    requireText('path', path);
    options = requireOptions('options', options);
    checkSteering(options);
    return withOutputErrors(
      path,
      async () => new NpzWriter(path, await OutputFile.create(path, Infinity, options.buffers), options),
    );
  }

  /** Adds an array under a name. */
  async add(name: string, array: WritableArray): Promise<void> {
    requireText('name', name);
    const { name: dtype } = checkWritable(array);
    await this.addBlocks(name, { dtype, shape: array.shape }, () => [array.data]);
  }

  /** Adds an array whose elements come block by block, in C order; see `writeBlocks`. */
  async addBlocks(
    name: string,
    { dtype: dtypeName, shape }: NpyLayout,
    blocks: (space: Space) => Blocks,
  ): Promise<void> {
    if (this.members.some((member) => member.name === `${name}.npy`))
      throw argumentError('name', 'a name not used before', name);
    const dtype = writableDtype([], dtypeName);
    const member = { name: `${name}.npy`, offset: this.end, size: 0, crc32: 0 };
    const onBytes = (bytes: Uint8Array) => {
      member.crc32 = crc32(bytes, member.crc32);
    };
    await withOutputErrors(this.path, async () => {
      // In its place, so that everything follows on the last; the checksum in it is put right at the end.
      const placeholder = localHeader(member);
      await this.file.write(placeholder, member.offset);
      const contentStart = member.offset + placeholder.length;
      let at = contentStart;
      const header = formatNpyHeader(dtype, shape);
      onBytes(header);
      await this.file.write(header, at);
      at += header.length;
      const end = at + elementCount(shape) * dtype.itemBytes;
      await writeBlocks(
        {
          write: async (block) => {
            at = await writeElements(this.file, at, block, dtype, { ...this.options, onBytes });
          },
          space: (type, length) => elementSpace(this.file, at, type, length),
        },
        blocks,
      );
      if (at !== end)
        throw argumentError(
          'blocks',
          `${elementCount(shape)} elements for ${name}`,
          elementCount(shape) + (at - end) / dtype.itemBytes,
        );
      member.size = at - contentStart;
      this.end = at;
    });
    this.members.push(member);
  }

  /** Ends the archive. */
  close(): Promise<void> {
    return withOutputErrors(this.path, async () => {
      const directory = centralDirectory(this.members, this.end);
      await this.file.write(directory, this.end);
      // A member that failed may have left bytes behind the last whole one.
      await this.file.truncate(this.end + directory.length);
      for (const member of this.members) await this.file.write(localHeader(member), member.offset);
      await this.file.close();
    });
  }

  /** Gives the archive up and removes it. */
  discard(): Promise<void> {
    return this.file.discard();
  }
}

/** Writes arrays to a new .npz archive; an existing one is refused. Rejects as `NpzWriter` does, and leaves no part. */
export async function writeNpz(
  path: string,
  arrays: Readonly<Record<string, WritableArray>>,
  options?: WriteOptions,
): Promise<void> {
  requireObject('arrays', arrays);
  const writer = await NpzWriter.create(path, options);
  try {
    for (const [name, array] of Object.entries(arrays)) await writer.add(name, array);
    await writer.close();
  } catch (error) {
    await writer.discard();
    throw error;
  }
}
