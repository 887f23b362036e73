import { open } from 'node:fs/promises';

import { withOutputErrors } from '../files/npy_writer.js';
import { formatPath } from './object_path.js';

/** A channel of doubles as it is written to a segment. */
export interface WrittenChannel {
  group: string;
  name: string;
  values: Float64Array;
  /** Numbers (doubles) and texts */
  properties?: Readonly<Record<string, number | string>>;
}

const [metadata, newObjects, rawData] = [2, 4, 8];
const codes = { float64: 10, string: 0x20 } as const;
const noData = 0xffffffff;

/**
 * Writes a new TDMS file of one segment for each list of channels, one channel after the other, little endian: what LabVIEW's streaming
 * leaves. Rejects with DANT_OUTPUT.
 */
export async function writeTdms(path: string, segments: Iterable<readonly WrittenChannel[]>): Promise<void> {
  await withOutputErrors(path, async () => {
    const file = await open(path, 'wx');
    try {
      for (const channels of segments) {
        const meta = metadataOf(channels);
        const bytes = channels.reduce((sum, { values }) => sum + values.byteLength, 0);
        const leadIn = Buffer.alloc(28);
        leadIn.write('TDSm', 'latin1');
        leadIn.writeUInt32LE(metadata | newObjects | rawData, 4);
        leadIn.writeUInt32LE(4713, 8);
        leadIn.writeBigUInt64LE(BigInt(meta.length + bytes), 12);
        leadIn.writeBigUInt64LE(BigInt(meta.length), 20);
        await file.writeFile(Buffer.concat([leadIn, meta]));
        for (const { values } of channels) {
          await file.writeFile(new Uint8Array(values.buffer, values.byteOffset, values.byteLength));
        }
      }
    } finally {
      await file.close();
    }
  });
}

function metadataOf(channels: readonly WrittenChannel[]): Buffer {
  const groups = [...new Set(channels.map(({ group }) => group))];
  const parts: Buffer[] = [uint32(1 + groups.length + channels.length)];
  for (const path of ['/', ...groups.map((group) => formatPath(group))])
    parts.push(text(path), uint32(noData), uint32(0));
  for (const { group, name, values, properties = {} } of channels) {
    const count = Buffer.alloc(8);
    count.writeBigUInt64LE(BigInt(values.length));
    parts.push(text(formatPath(group, name)), uint32(20), uint32(codes.float64), uint32(1), count);
    parts.push(uint32(Object.keys(properties).length));
    for (const [key, value] of Object.entries(properties)) {
      if (typeof value === 'string') parts.push(text(key), uint32(codes.string), text(value));
      else {
        const number = Buffer.alloc(8);
        number.writeDoubleLE(value);
        parts.push(text(key), uint32(codes.float64), number);
      }
    }
  }
  return Buffer.concat(parts);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint32(bytes.length), bytes]);
}
