// Reads what a Mach-O file (macOS, 64 bits, little-endian) says that it needs, from its load commands: <mach-o/loader.h>.
import { readFileSync } from 'node:fs';

const commands = { loadDylib: 0xc, idDylib: 0xd, codeSignature: 0x1d, buildVersion: 0x32, loadWeakDylib: 0x80000018 };

/** What it is called, libraries that are loaded, the oldest macOS as [major, minor], and whether it is signed (if only ad hoc). */
export function machONeeds(path) {
  const file = readFileSync(path);
  const found = { name: undefined, libraries: [], oldestSystem: undefined, isSigned: false };
  let at = 32;
  for (let left = file.readUInt32LE(16); left > 0; left--) {
    const [command, size] = [file.readUInt32LE(at), file.readUInt32LE(at + 4)];
    const text = () => {
      const start = at + file.readUInt32LE(at + 8);
      return file.toString('latin1', start, file.indexOf(0, start));
    };
    if (command === commands.loadDylib || command === commands.loadWeakDylib) found.libraries.push(text());
    else if (command === commands.idDylib) found.name = text();
    else if (command === commands.buildVersion) {
      const version = file.readUInt32LE(at + 12);
      found.oldestSystem = [version >>> 16, (version >>> 8) & 0xff];
    } else if (command === commands.codeSignature) found.isSigned = true;
    at += size;
  }
  return found;
}
