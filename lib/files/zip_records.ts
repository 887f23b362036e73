// The records of a zip archive with stored (uncompressed) members, zip64 where needed. PKWARE, APPNOTE.TXT 6.3.10,
// sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.14–4.3.16 (ends), 4.5.3 (zip64 sizes).

export interface ZipMember {
  name: string;
  /** Where its local header begins. */
  offset: number;
  /** Length of its content in bytes. */
  size: number;
  crc32: number;
}

/** As of the elements in a .npy file. */
const contentAlignment = 64;
/** A field that readers do not know and pass over; after its number and length come zeros. */
const paddingField = 0x6470;
const paddingHeader = 4;
const none32 = 0xffffffff;
const none16 = 0xffff;
const zip64Version = 45;
const plainVersion = 20;
// 1980-01-01 00:00, the earliest there is: the same content gives the same bytes on any day.
const date = (0 << 9) | (1 << 5) | 1;
const time = 0;
const utf8Name = 1 << 11;
const madeOnUnix = 3 << 8;
const readableByOwner = (0o600 << 16) >>> 0;

/**
 * Precedes a member's content. Always in the zip64 form, so that it can be written before the size is known, and as long
 * as it takes for the content to begin at a multiple of `contentAlignment`, so that numbers can be made where they are
 * written from.
 */
export function localHeader({ name, offset, size, crc32 }: ZipMember): Buffer {
  const nameBytes = Buffer.from(name);
  const zip64 = Buffer.concat([u16(1, 16), u64(size, size)]);
  const fixed = 30 + nameBytes.length + zip64.length + paddingHeader;
  const padding = (contentAlignment - ((offset + fixed) % contentAlignment)) % contentAlignment;
  return Buffer.concat([
    u32(0x04034b50),
    u16(zip64Version, utf8Name, 0, time, date),
    u32(crc32, none32, none32),
    u16(nameBytes.length, zip64.length + paddingHeader + padding),
    nameBytes,
    zip64,
    u16(paddingField, padding),
    Buffer.alloc(padding),
  ]);
}

/** The list of members that ends an archive; `offset` is where it begins. */
export function centralDirectory(members: readonly ZipMember[], offset: number): Buffer {
  const directory = Buffer.concat(members.map(directoryEntry));
  const count = members.length;
  const big = count >= none16 || directory.length >= none32 || offset >= none32;
  const zip64End = Buffer.concat([
    u32(0x06064b50),
    u64(44),
    u16(madeOnUnix | zip64Version, zip64Version),
    u32(0, 0),
    u64(count, count, directory.length, offset),
    u32(0x07064b50, 0),
    u64(offset + directory.length),
    u32(1),
  ]);
  const count16 = Math.min(count, none16);
  return Buffer.concat([
    directory,
    big ? zip64End : Buffer.alloc(0),
    u32(0x06054b50),
    u16(0, 0, count16, count16),
    u32(Math.min(directory.length, none32), Math.min(offset, none32)),
    u16(0),
  ]);
}

function directoryEntry({ name, offset, size, crc32 }: ZipMember): Buffer {
  const nameBytes = Buffer.from(name);
  const large = [...(size >= none32 ? [size, size] : []), ...(offset >= none32 ? [offset] : [])];
  const extra = large.length > 0 ? Buffer.concat([u16(1, 8 * large.length), u64(...large)]) : Buffer.alloc(0);
  const version = large.length > 0 ? zip64Version : plainVersion;
  const size32 = Math.min(size, none32);
  return Buffer.concat([
    u32(0x02014b50),
    u16(madeOnUnix | zip64Version, version, utf8Name, 0, time, date),
    u32(crc32, size32, size32),
    u16(nameBytes.length, extra.length, 0, 0, 0),
    u32(readableByOwner, Math.min(offset, none32)),
    nameBytes,
    extra,
  ]);
}

function u16(...values: number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, i) => bytes.writeUInt16LE(value, 2 * i));
  return bytes;
}

function u32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, i) => bytes.writeUInt32LE(value, 4 * i));
  return bytes;
}

function u64(...values: number[]): Buffer {
  const bytes = Buffer.alloc(8 * values.length);
  values.forEach((value, i) => bytes.writeBigUInt64LE(BigInt(value), 8 * i));
  return bytes;
}
