import { fileError } from '../files/file_error.js';
import { Cursor, type TdmsProperty } from './cursor.js';
import type { TdmsType } from './data_types.js';

/** Bytes before the metadata of a segment */
export const leadInBytes = 28;

const flags = {
  metadata: 1 << 1,
  newObjects: 1 << 2,
  rawData: 1 << 3,
  interleaved: 1 << 5,
  bigEndian: 1 << 6,
  daqmx: 1 << 7,
};

/** What the first 28 bytes of a segment say. Positions are those in the file. */
export interface LeadIn {
  hasMetadata: boolean;
  isNewList: boolean;
  hasRawData: boolean;
  isInterleaved: boolean;
  isLittle: boolean;
  dataStart: number;
  /** Of the next segment; Infinity: its writer died before it was written */
  end: number;
}

/** A channel's values in each chunk of a segment. */
export interface ChunkPart {
  type: TdmsType;
  /** Values in a chunk */
  count: number;
  /** In a chunk */
  bytes: number;
}

/** The channels of a segment that have data, in the order of the file. */
export type ChunkLayout = Map<string, ChunkPart>;

/** Reads a lead-in. `start`: where it is in the file. */
export function parseLeadIn(path: string, bytes: Uint8Array, start: number): LeadIn {
  const view = new DataView(bytes.buffer, bytes.byteOffset, leadInBytes);
  const tag = Buffer.from(bytes.buffer, bytes.byteOffset, 4).toString('latin1');
  if (tag === 'TDSh') throw fileError(path, 'this is a .tdms_index, which holds no values. Give the .tdms beside it.');
  if (tag !== 'TDSm') {
    throw fileError(
      path,
      start === 0
        ? 'this is no TDMS file: it does not begin with "TDSm".'
        : `there is no segment at byte ${start}, where the one before says it ends. The file is damaged: copy it anew.`,
    );
  }
  const toc = view.getUint32(4, true);
  const isLittle = (toc & flags.bigEndian) === 0;
  if ((toc & flags.daqmx) !== 0) throw daqmxError(path);
  const version = view.getUint32(8, isLittle);
  if (version !== 4712 && version !== 4713) {
    throw fileError(path, `expected version 4712 or 4713 of TDMS but found ${version}.`);
  }
  const next = view.getBigUint64(12, isLittle);
  const raw = view.getBigUint64(20, isLittle);
  const behind = start + leadInBytes;
  const isOpen = next === 0xffff_ffff_ffff_ffffn;
  if ((!isOpen && raw > next) || raw > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw fileError(path, `the segment at byte ${start} is damaged: its data begin after its end. Copy the file anew.`);
  }
  return {
    hasMetadata: (toc & flags.metadata) !== 0,
    isNewList: (toc & flags.newObjects) !== 0,
    hasRawData: (toc & flags.rawData) !== 0,
    isInterleaved: (toc & flags.interleaved) !== 0,
    isLittle,
    dataStart: behind + Number(raw),
    end: isOpen ? Infinity : behind + Number(next),
  };
}

/** What is known of objects by their paths, collected over the segments. */
export interface Objects {
  properties: Map<string, Map<string, TdmsProperty>>;
  /** How each channel's data were laid out when it last had some */
  parts: Map<string, ChunkPart>;
}

/** Reads the metadata of a segment into `objects`; returns the layout of its data, given that of the segment before. */
export function parseMetadata(
  path: string,
  bytes: Uint8Array,
  { isLittle, isNewList }: LeadIn,
  start: number,
  before: ChunkLayout,
  objects: Objects,
): ChunkLayout {
  const cursor = new Cursor(path, bytes, isLittle, start);
  const layout: ChunkLayout = new Map(isNewList ? [] : before);
  // The least an object takes: lengths of its path, index and properties
  const count = cursor.count(12);
  for (let k = 0; k < count; k++) {
    const name = cursor.text();
    const part = parseIndex(path, name, cursor, objects.parts.get(name));
    if (part) {
      layout.set(name, part);
      const known = objects.parts.get(name);
      if (known && known.type.kind !== part.type.kind) {
        throw fileError(path, `the values of ${name} are ${known.type.kind} first and ${part.type.kind} later.`);
      }
      objects.parts.set(name, part);
    } else layout.delete(name);
    let own = objects.properties.get(name);
    if (!own) objects.properties.set(name, (own = new Map<string, TdmsProperty>()));
    const properties = cursor.count(8);
    for (let p = 0; p < properties; p++) {
      const key = cursor.text();
      own.set(key, cursor.property());
    }
  }
  return layout;
}

/** Undefined: the object has no data in this segment. */
function parseIndex(path: string, name: string, cursor: Cursor, before: ChunkPart | undefined): ChunkPart | undefined {
  const length = cursor.uint32();
  if (length === 0xffffffff) return undefined;
  if (length === 0x1269 || length === 0x126a) throw daqmxError(path);
  if (length === 0) {
    if (before) return before;
    throw cursor.broken(`that ${name} is laid out as before, but there was none`);
  }
  const type = cursor.type();
  const dimension = cursor.uint32();
  if (dimension !== 1) throw cursor.broken(`${dimension} dimensions`);
  const count = cursor.uint64();
  const isText = type.kind === 'string';
  if (length !== (isText ? 28 : 20)) throw cursor.broken(`an index of ${length} bytes`);
  const bytes = isText ? cursor.uint64() : count * type.bytes;
  if (isText && bytes < count * type.bytes) throw cursor.broken(`${count} texts in ${bytes} bytes`);
  return { type, count, bytes };
}

function daqmxError(path: string): Error {
  return fileError(
    path,
    'it was written by NI-DAQmx’s own logging ("DAQmx raw data"), which cannot be read here. ' +
      'Write the values from LabVIEW as plain channels, or convert the file (in DIAdem or LabVIEW: open it and save it anew).',
  );
}
