import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createWriteStream } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGzip, gzipSync } from 'node:zlib';
import { pack, type Header } from 'tar-stream';
import { describe, expect, it } from 'vitest';

import { openExperiment } from '../../lib/experiment/folders.js';
import { restoreFile } from '../../lib/experiment/restore.js';
import { temporaryFolder } from '../cli/folder.js';
import { fixtures, haveFixtures } from '../pixels_fixtures.js';

const folder = temporaryFolder();
const name = '210101_A_g0_t0.imec0.ap.bin';
const content = Buffer.from(Uint16Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 1000).buffer);

/** Writes raw/210101_A/<name>.tar.gz; returns what restoreFile takes. */
async function archive(members: [Partial<Header> & { name: string }, Uint8Array?][]) {
  const [raw, interim] = ['raw', 'interim'].map((place) => join(folder.path, place, '210101_A')) as [string, string];
  mkdirSync(raw, { recursive: true });
  const path = join(raw, `${name}.tar.gz`);
  const tar = pack();
  for (const [header, bytes] of members) {
    if (bytes) tar.entry(header, bytes);
    else tar.entry(header);
  }
  tar.finalize();
  await pipeline(tar, createGzip(), createWriteStream(path));
  return { file: { name, archive: path }, session: { raw, interim }, path };
}

/** What there is below a folder but for folders. */
const filesIn = (path: string) => (existsSync(path) ? readdirSync(path, { recursive: true }) : []);

describe('restoring', () => {
  it('unpacks to interim once, and leaves raw as it is', async () => {
    const { file, session, path } = await archive([
      [{ name: './', type: 'directory' }],
      [{ name: `./${name}` }, content],
    ]);
    const before = readFileSync(path);
    const shares: number[] = [];
    const target = await restoreFile(file, session, { onProgress: (share) => shares.push(share) });
    expect(target).toBe(join(session.interim, name));
    expect(readFileSync(target).equals(content)).toBe(true);
    expect(readdirSync(session.interim)).toEqual([name]);
    expect(readdirSync(session.raw)).toEqual([`${name}.tar.gz`]);
    expect(readFileSync(path).equals(before)).toBe(true);
    expect(shares.at(-1)).toBe(1);
    writeFileSync(path, 'gone');
    expect(await restoreFile(file, session)).toBe(target);
  });

  it('uses what is there uncompressed, in raw too', async () => {
    const { session } = await archive([]);
    const raw = join(session.raw, name);
    expect(await restoreFile({ name, raw, archive: 'unused' }, session)).toBe(raw);
    expect(filesIn(session.interim)).toEqual([]);
  });

  it.each([
    ['..', [{ name: `../${name}` }, content], /holds "\.\.\/.*would be written elsewhere/],
    ['.. within', [{ name: `a/../../${name}` }, content], /would be written elsewhere/],
    ['an absolute path', [{ name: `/tmp/${name}` }, content], /would be written elsewhere/],
    ['a path of Windows', [{ name: `C:\\${name}` }, content], /would be written elsewhere/],
    ['a symbolic link', [{ name, type: 'symlink', linkname: '/etc/passwd' }], /is a symlink and no file/],
    ['a hard link', [{ name, type: 'link', linkname: '/etc/passwd' }], /is a link and no file/],
    ['a device', [{ name, type: 'character-device' }], /is a character-device/],
  ] as [string, [Partial<Header> & { name: string }, Buffer?], RegExp][])(
    'refuses an archive with %s',
    async (_, member, message) => {
      for (const members of [[member], [[{ name }, content] as typeof member, member]]) {
        const { file, session } = await archive(members);
        await expect(restoreFile(file, session)).rejects.toThrow(message);
        expect(filesIn(session.interim)).toEqual([]);
      }
    },
  );

  it('refuses an archive that is cut short, damaged or of something else', async () => {
    const { file, session, path } = await archive([[{ name }, content]]);
    const whole = readFileSync(path);
    for (const share of [0.1, 0.5, 0.9, 0.99999]) {
      writeFileSync(path, whole.subarray(0, Math.floor(share * whole.length)));
      await expect(restoreFile(file, session), String(share)).rejects.toThrow(/cut short.* Copy it anew/);
    }
    const changed = Buffer.from(whole);
    changed[Math.floor(whole.length / 2)]! ^= 0xff;
    writeFileSync(path, changed);
    await expect(restoreFile(file, session)).rejects.toThrow(/no whole \.tar\.gz archive|cut short/);
    writeFileSync(path, content);
    await expect(restoreFile(file, session)).rejects.toThrow(/no whole \.tar\.gz archive \(incorrect header check\)/);
    writeFileSync(path, gzipSync(content));
    await expect(restoreFile(file, session)).rejects.toThrow(/no whole \.tar\.gz archive/);
    writeFileSync(path, '');
    await expect(restoreFile(file, session)).rejects.toThrow(/cut short|holds nothing/);
    const other = await archive([[{ name: 'other.bin' }, content]]);
    await expect(restoreFile(other.file, session)).rejects.toThrow(/expected an archive of .* but it holds other\.bin/);
    expect(filesIn(session.interim)).toEqual([]);
  });

  it('writes nothing into raw, also through a link', async () => {
    const { file, session } = await archive([[{ name }, content]]);
    await expect(restoreFile(file, { ...session, interim: join(session.raw, 'interim') })).rejects.toThrow(
      /within the raw folder/,
    );
    const linked = join(folder.path, 'linked');
    symlinkSync(session.raw, linked);
    await expect(restoreFile(file, { ...session, interim: linked })).rejects.toThrow(/within the raw folder/);
  });

  it('leaves nothing behind when it is stopped, and when there is no room', async () => {
    const { file, session } = await archive([[{ name }, content]]);
    const controller = new AbortController();
    const stop = {
      signal: controller.signal,
      onProgress: () => {
        controller.abort(new Error('stopped'));
      },
    };
    await expect(restoreFile(file, session, stop)).rejects.toThrow('stopped');
    expect(filesIn(session.interim)).toEqual([]);
    writeFileSync(join(folder.path, 'file'), '');
    await expect(restoreFile(file, { ...session, interim: join(folder.path, 'file', 'x') })).rejects.toThrow(
      /is a file, not a folder/,
    );
  });

  it('removes what a process left that crashed while it unpacked the file', async () => {
    const { file, session } = await archive([[{ name }, content]]);
    const host = hostname().replace(/[^\w.]/g, '_');
    const { pid } = spawnSync(process.execPath, ['--version']);
    const left = join(session.interim, `.dant-partial-${name}-${host}-${pid}-00000001`);
    mkdirSync(left, { recursive: true });
    writeFileSync(join(left, name), content.subarray(0, 1000));
    const others = `.dant-partial-${name}-${host}-${process.pid}-00000002`;
    mkdirSync(join(session.interim, others));
    await restoreFile(file, session);
    expect(readdirSync(session.interim).sort()).toEqual([others, name]);
  });

  it('names a file that is nowhere', async () => {
    const { session } = await archive([]);
    await expect(restoreFile({ name: 'x.bin' }, session)).rejects.toThrow(
      /x\.bin: there is no such file, nor an archive/,
    );
  });
});

describe.skipIf(!haveFixtures)('the fixtures', () => {
  it('are restored in the size that their metas tell', async () => {
    const { sessions } = await openExperiment(join(fixtures, 'data'), { interim: join(folder.path, 'interim') });
    for (const session of sessions) {
      for (const { apBin, apMeta } of session.recordings) {
        const size = readFileSync(await restoreFile(apBin!, session)).length;
        expect(readFileSync(await restoreFile(apMeta!, session), 'utf8')).toContain(`fileSizeBytes=${size}\r\n`);
      }
    }
  });
});
