import { crc32, deflateSync } from 'node:zlib';

/** Bytes: a few of them hold a whole image. */
const packedAtOnce = 2 ** 18;

/**
 * An image whose pixels are numbers of colours, as PNG (https://www.w3.org/TR/png-3/).
 * @param pixels (height, width) numbers of colours
 * @param palette Up to 256 colours, each [red, green, blue]
 */
export function indexedPng(pixels: Uint8Array, width: number, palette: readonly (readonly number[])[]): Buffer {
  return png(pixels, { width, channels: 1, colorType: 3, level: 4 }, [chunk('PLTE', Buffer.from(palette.flat()))]);
}

/**
 * The same of pixels of 4 bytes: red, green, blue and opacity. Packed quickly: drawings
 * have large areas of one colour, which even that makes small.
 * @param pixels (height, width, 4)
 */
export function rgbaPng(pixels: Uint8Array, width: number): Buffer {
  return png(pixels, { width, channels: 4, colorType: 6, level: 2 });
}

interface PixelFormat {
  width: number;
  /** Bytes of a pixel */
  channels: number;
  /** As PNG numbers them */
  colorType: number;
  /** Of the compression */
  level: number;
}

function png(pixels: Uint8Array, { width, channels, colorType, level }: PixelFormat, more: Buffer[] = []): Buffer {
  const perLine = width * channels;
  const height = pixels.length / perLine;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, colorType], 8);
  // Each line begins with its filter: 0, none.
  const lines = Buffer.alloc(height * (perLine + 1));
  for (let y = 0; y < height; ++y) lines.set(pixels.subarray(y * perLine, (y + 1) * perLine), y * (perLine + 1) + 1);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    ...more,
    chunk('IDAT', deflateSync(lines, { level, chunkSize: packedAtOnce })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const bytes = Buffer.alloc(content.length + 12);
  bytes.writeUInt32BE(content.length, 0);
  bytes.write(type, 4, 'latin1');
  content.copy(bytes, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(4, 8 + content.length)), content.length + 8);
  return bytes;
}
