import type { FileHandle } from 'node:fs/promises';

import type { NumericData } from '../arrays.js';
import { argumentError } from '../errors.js';
import { fileError } from '../files/file_error.js';
import { openFile, readFully } from '../import/open_file.js';
import type { TdmsProperty } from './cursor.js';
import type { TdmsKind, TdmsType } from './data_types.js';
import { parsePath } from './object_path.js';
import { readTexts, readValues, type ReadAt } from './read_values.js';
import { addRuns, type Run } from './runs.js';
import { scalingOf, type Scaling } from './scaling.js';
import { leadInBytes, parseLeadIn, parseMetadata, type ChunkLayout, type Objects } from './segment.js';

/** Read at once at the beginning of a segment: most metadata are shorter. */
const firstBytes = 4096;

/** A channel of an open file. */
export class TdmsChannel {
  private readonly scaling: Scaling | undefined;

  constructor(
    private readonly readAt: ReadAt,
    private readonly file: string,
    /** As in the file: "/'Tone_Signal'/'0'" */
    readonly path: string,
    readonly group: string,
    readonly name: string,
    readonly properties: ReadonlyMap<string, TdmsProperty>,
    private readonly type: TdmsType | undefined,
    private readonly runs: readonly Run[],
  ) {
    this.scaling = type && type.kind !== 'string' ? scalingOf(file, path, properties) : undefined;
  }

  /** Number of its values */
  get length(): number {
    const last = this.runs.at(-1);
    return last ? last.first + last.values : 0;
  }

  /** Undefined: it never had data. */
  get kind(): TdmsKind | undefined {
    return this.type?.kind;
  }

  /** Values per second, if the file says how far they are apart (`wf_increment`) */
  get rateHz(): number | undefined {
    const value = this.properties.get('wf_increment');
    if (typeof value !== 'number' || !(value > 0)) return undefined;
    // 1 / 0.00004 is 24999.999999999996.
    const [rate, whole] = [1 / value, Math.round(1 / value)];
    return Math.abs(rate - whole) < 1e-9 * rate ? whole : rate;
  }

  /** The values first … first + count − 1 as they are stored; see `TdmsType.make`. Texts are refused. */
  read(first = 0, count = this.length - first): Promise<NumericData> {
    if (!(first >= 0 && count >= 0 && first + count <= this.length)) {
      throw argumentError('values', `a part of the ${this.length} of ${this.path}`, `${first} … ${first + count}`);
    }
    if (!this.type) return Promise.resolve(new Float64Array(0));
    if (this.type.kind === 'string') throw fileError(this.file, `${this.path} holds texts, not numbers.`);
    return readValues(this.readAt, this.type, this.runs, first, count);
  }

  /** The same as doubles, in physical units where the file has a scale. Complex numbers are refused. */
  async readNumbers(first = 0, count = this.length - first): Promise<Float64Array> {
    if (this.kind?.startsWith('complex')) throw fileError(this.file, `${this.path} holds complex numbers.`);
    const stored = await this.read(first, count);
    const numbers =
      stored instanceof Float64Array
        ? stored
        : stored instanceof BigInt64Array || stored instanceof BigUint64Array
          ? Float64Array.from(stored as Iterable<bigint>, Number)
          : Float64Array.from(stored);
    this.scaling?.(numbers);
    return numbers;
  }

  /** All texts of a channel of texts. */
  readTexts(): Promise<string[]> {
    if (this.type && this.type.kind !== 'string') throw fileError(this.file, `${this.path} holds numbers, not texts.`);
    return readTexts(this.readAt, this.file, this.runs);
  }
}

/**
 * A TDMS file (NI, LabVIEW), open for reading: its structure is in memory, values are read where and when they are wanted.
 * Reads segments of any layout, both byte orders, and files whose writer died; refuses what NI-DAQmx logs by itself.
 */
export class TdmsFile {
  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
    /** In the order of the file */
    readonly channels: readonly TdmsChannel[],
    /** By path: "/" is the file itself, "/'group'" a group */
    readonly properties: ReadonlyMap<string, ReadonlyMap<string, TdmsProperty>>,
    /** That the end is missing, for instance */
    readonly warnings: readonly string[],
  ) {}

  /** Rejects with DANT_DATA if it cannot be read. Close it in the end. */
  static async open(path: string): Promise<TdmsFile> {
    const handle = await openFile(path);
    try {
      const { objects, runs, warnings } = await readStructure(handle, path, (await handle.stat()).size);
      const readAt: ReadAt = (bytes, position) => readFully(handle, path, bytes, position);
      const channels = [...objects.properties].flatMap(([name, properties]) => {
        const [group, channel] = parsePath(path, name);
        if (group === undefined || channel === undefined) return [];
        const part = objects.parts.get(name);
        return [new TdmsChannel(readAt, path, name, group, channel, properties, part?.type, runs.get(name) ?? [])];
      });
      return new TdmsFile(path, handle, channels, objects.properties, warnings);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  /** Names of the groups that have channels, in the order of the file. */
  get groups(): string[] {
    return [...new Set(this.channels.map(({ group }) => group))];
  }

  /** The first channel of a group. */
  firstOf(group: string): TdmsChannel | undefined {
    return this.channels.find((channel) => channel.group === group);
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

async function readStructure(handle: FileHandle, path: string, size: number) {
  const objects: Objects = { properties: new Map(), parts: new Map() };
  const runs = new Map<string, Run[]>();
  const warnings: string[] = [];
  let layout: ChunkLayout = new Map();
  if (size === 0) throw fileError(path, 'the file is empty.');
  for (let start = 0; start < size;) {
    if (size - start < leadInBytes) {
      if (start === 0) throw fileError(path, 'this is no TDMS file: it is too short.');
      warnings.push(`${path} is cut off in its last segment, whose values are missing.`);
      break;
    }
    const beginning = new Uint8Array(Math.min(firstBytes, size - start));
    await readFully(handle, path, beginning, start);
    const leadIn = parseLeadIn(path, beginning, start);
    const { dataStart, hasMetadata, hasRawData } = leadIn;
    if (dataStart > size) {
      // Its metadata are not whole: what came before can be read.
      warnings.push(`${path} is cut off in its last segment, whose values are missing.`);
      break;
    }
    if (hasMetadata) {
      const at = start + leadInBytes;
      let bytes = beginning.subarray(leadInBytes, dataStart - start);
      if (bytes.length < dataStart - at) {
        bytes = new Uint8Array(dataStart - at);
        await readFully(handle, path, bytes, at);
      }
      layout = parseMetadata(path, bytes, leadIn, at, layout, objects);
    }
    const end = Math.min(leadIn.end, size);
    if (hasRawData) {
      const left = addRuns(path, runs, layout, leadIn, end);
      if (leadIn.end > size) {
        warnings.push(
          leadIn.end === Infinity
            ? `${path} was not ended by its writer; it is read as far as it goes.`
            : `${path} is cut off: ${leadIn.end - size} bytes of its last segment are missing. It is read as far as it goes; copy it anew.`,
        );
      } else if (left > 0)
        warnings.push(`${path} has ${left} bytes that belong to no whole chunk (segment at byte ${start}).`);
    }
    start = Math.max(end, start + leadInBytes);
  }
  return { objects, runs, warnings };
}
