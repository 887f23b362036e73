// Texts that people made, in whatever encoding their editor chose.

/**
 * A text of UTF-8, or of UTF-16 if its byte order mark says so. Undefined: the bytes are no text (a byte 0, which text has
 * not, and numbers in binary files almost always have).
 */
export function decodeText(bytes: Uint8Array): string | undefined {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : 'utf-8';
  const text = new TextDecoder(encoding).decode(bytes);
  return text.includes('\0') ? undefined : text;
}
