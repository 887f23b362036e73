import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { openExperiment } from '../../lib/experiment/folders.js';
import { restoreFile } from '../../lib/experiment/restore.js';
import { pathOf, type Session } from '../../lib/experiment/session.js';
import { readLags, readSyncs, rowMs } from '../../lib/experiment/sync_files.js';
import { syncRecording } from '../../lib/experiment/sync_recording.js';
import { temporaryFolder } from '../cli/folder.js';
import { fixtures, haveFixtures } from '../pixels_fixtures.js';

const folder = temporaryFolder();

/** A copy of the fixtures' raw data with what the sync needs restored. */
async function sessionsOf(): Promise<readonly Session[]> {
  cpSync(join(fixtures, 'data/raw'), join(folder.path, 'raw'), { recursive: true });
  const { sessions } = await openExperiment(folder.path);
  for (const session of sessions) {
    for (const { lfBin, lfMeta, behaviour } of session.recordings) {
      for (const file of [lfBin!, lfMeta!, behaviour!]) await restoreFile(file, session);
    }
  }
  return sessions;
}

/** Changes the bytes of a restored file. */
function change(file: { interim?: string }, how: (bytes: Buffer) => Buffer): void {
  writeFileSync(file.interim!, how(readFileSync(file.interim!)));
}

describe.skipIf(!haveFixtures)('the sync of the fixtures', () => {
  it('writes the lags of the original, the figures and the map of the clocks', async () => {
    const sessions = await sessionsOf();
    for (const session of sessions) {
      // Backwards: entries of recordings that are not done yet are null.
      for (const recording of [...session.recordings].reverse()) {
        const { warnings, figure } = await syncRecording(session, recording);
        expect(warnings).toEqual([]);
        expect(figure).toBe(join(session.processed, `sync_${recording.index}.png`));
        expect(readFileSync(figure).subarray(1, 4).toString()).toBe('PNG');
        if (session.recordings.length === 2 && recording.index === 1) {
          expect(await readLags(session.processed, 2)).toEqual([
            { lag_start: null, lag_end: null },
            { lag_start: 300, lag_end: -800 },
          ]);
        }
      }
      const written = readFileSync(join(session.processed, 'lag.json'), 'utf8');
      expect(JSON.parse(written)).toEqual(
        JSON.parse(readFileSync(join(fixtures, 'expected', session.name, 'lag.json'), 'utf8')),
      );
      const lags = await readLags(session.processed, session.recordings.length);
      const syncs = await readSyncs(session.processed);
      for (const [k, sync] of syncs.entries()) {
        const lag = lags[k]!.lag_start!;
        // The clocks of the fixtures run alike: by the map a spike is where the lag has it, to a ms.
        expect(Math.abs(rowMs(2000, lag, sync!.clock!) - rowMs(2000, lag))).toBeLessThan(1);
      }
    }
    // A second figure does not take the place of the first.
    await syncRecording(sessions[0]!, sessions[0]!.recordings[0]!);
    const figures = readdirSync(sessions[0]!.processed).filter((name) => name.endsWith('.png'));
    expect(figures.sort()).toEqual([
      expect.stringMatching(/^sync_0\.png$/),
      expect.stringMatching(/^sync_0_\d{6}-\d{6}\.png$/),
    ]);
  });

  it('refuses what cannot be told, with the figure', async () => {
    const [session] = await sessionsOf();
    const recording = session!.recordings[0]!;
    const { lfBin, lfMeta, behaviour } = recording;
    change(lfBin!, (bytes) => {
      for (let at = 8; at < bytes.length; at += 10) bytes.writeInt16LE(0, at);
      return bytes;
    });
    await expect(syncRecording(session!, recording)).rejects.toThrow(
      /lf\.bin: the lag cannot be told: the sync signal of the probe never changes.*See .*sync_0\.png.*write it into .*lag\.json/s,
    );
    expect(readdirSync(session!.processed)).toContain('sync_0.png');
    expect(readdirSync(session!.processed)).not.toContain('lag.json');
    change(lfBin!, (bytes) => {
      for (let at = 8, row = 0; at < bytes.length; at += 10, row++)
        bytes.writeInt16LE((row * 7919) % 977 < 400 ? 64 : 0, at);
      return bytes;
    });
    await expect(syncRecording(session!, recording)).rejects.toThrow(/no part of the sync signals is alike/);
    change(lfBin!, (bytes) => bytes.subarray(0, -5000));
    await expect(syncRecording(session!, recording)).rejects.toThrow(/has 120000 bytes but .*lf\.meta says 125000/);
    change(lfMeta!, (bytes) => Buffer.from(bytes.toString().replace(/^imSampRate=.*$/m, '')));
    await expect(syncRecording(session!, recording)).rejects.toThrow(/there is no imSampRate/);
    await expect(syncRecording(session!, recording, 'Sync')).rejects.toThrow(
      /expected the sync signal in a group "Sync" but there are the groups Settings, NpxlSync_Signal, Back_Sensor/,
    );
    await expect(syncRecording(session!, { ...recording, behaviour: undefined })).rejects.toThrow(
      /has no behaviour file/,
    );
    change(behaviour!, (bytes) => bytes.subarray(0, 100));
    await expect(syncRecording(session!, recording)).rejects.toThrow(/expected the sync signal in a group/);
    await expect(syncRecording(session!, { ...recording, lfMeta: undefined })).rejects.toThrow(
      /expected the sync signal/,
    );
    expect(pathOf(lfBin)).toContain('interim');
  });

  it('takes the sync of .ap where there is no .lf', async () => {
    const [session] = await sessionsOf();
    const recording = { ...session!.recordings[0]!, lfBin: undefined, lfMeta: undefined };
    await restoreFile(recording.apBin!, session!);
    await restoreFile(recording.apMeta!, session!);
    const { lag } = await syncRecording(session!, recording);
    expect(Math.abs(lag.lagMs - 1234)).toBeLessThanOrEqual(1);
  });

  it('names a damaged lag.json', async () => {
    const processed = join(folder.path, 'p');
    mkdirSync(processed);
    writeFileSync(join(processed, 'lag.json'), '[{"lag_start": "x"}]');
    await expect(readLags(processed, 1)).rejects.toThrow(/lag\.json: expected a list with/);
  });
});
