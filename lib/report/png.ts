import { deflateSync } from 'node:zlib';

import { addon } from '../native/addon.js';

/**
 * An image whose pixels are numbers of colours, as PNG (https://www.w3.org/TR/png-3/).
 * @param pixels (height, width) numbers of colours
 * @param palette Up to 256 colours, each [red, green, blue]
 */
export function indexedPng(pixels: Uint8Array, width: number, palette: readonly (readonly number[])[]): Buffer {
  const height = pixels.length / width;
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  // 8 bits per pixel, palette
  header.set([8, 3], 8);
  // Each line begins with its filter: 0, none.
  const lines = Buffer.alloc(height * (width + 1));
  for (let y = 0; y < height; ++y) lines.set(pixels.subarray(y * width, (y + 1) * width), y * (width + 1) + 1);
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flat())),
    chunk('IDAT', deflateSync(lines, { level: 4 })),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, content: Buffer): Buffer {
  const bytes = Buffer.alloc(content.length + 12);
  bytes.writeUInt32BE(content.length, 0);
  bytes.write(type, 4, 'latin1');
  content.copy(bytes, 8);
  bytes.writeUInt32BE(addon.crc32({ bytes: bytes.subarray(4, 8 + content.length), previous: 0 }), content.length + 8);
  return bytes;
}
