import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readNpy } from '../../lib/files/npy.js';
import { importSessions } from '../../lib/import/import_sessions.js';
import { dayIn, sessionDays } from '../../lib/import/session_days.js';
import { temporaryFolder } from '../cli/folder.js';
import { copyOf, haveFixtures, np1 } from './fixtures.js';

const folder = temporaryFolder();

it.each([
  ['/lab/M1/2024-05-01/ks4', '2024-05-01'],
  ['/lab/20240501_M1', '2024-05-01'],
  ['/lab/M1_born_2023-01-01/2024_05_01_g0', '2024-05-01'],
  ['2024-05-01T10:11:12', '2024-05-01'],
  ['/lab/12024050101/ks4', undefined],
  ['/lab/2024-13-01/ks4', undefined],
  ['/lab/day3', undefined],
])('the date in %s is %s', (text, date) => {
  expect(dayIn(text)).toBe(date === undefined ? undefined : Date.parse(date) / 86_400_000);
});

it('days of sessions are counted from the first one', () => {
  const days = (...sessions: { folder: string; date?: string }[]) => sessionDays(sessions)?.join();
  expect(days({ folder: '2024-02-28/a' }, { folder: '2024-02-28/b' }, { folder: '2024-03-01' })).toBe('0,0,2');
  // What the recording says comes first.
  expect(days({ folder: '2024-05-01', date: '2024-05-03T23:59:59' }, { folder: '2024-05-04' })).toBe('0,1');
  // One is not known, the order is another one, all are of one day, or parts of one sorting
  expect(days({ folder: '2024-05-01' }, { folder: 'day2' })).toBeUndefined();
  expect(days({ folder: '2024-05-02' }, { folder: '2024-05-01' })).toBeUndefined();
  expect(days({ folder: '2024-05-01/a' }, { folder: '2024-05-01/b' })).toBeUndefined();
  expect(days({ folder: '2024-05-01' }, { folder: '2024-05-01' }, { folder: '2024-05-02' })).toBeUndefined();
  expect(days()).toBeUndefined();
});

describe.skipIf(!haveFixtures)('an import', () => {
  const day = (number: number, date: string) => {
    const copy = copyOf(join(np1, `D${number}`), join(folder.path, `D${number}`));
    const meta = join(copy, 'X_g0/X_g0_imec0/X_g0_t0.imec0.ap.meta');
    const text = readFileSync(meta, 'utf8');
    expect(text).toContain('fileCreateTime=2024-05-06');
    writeFileSync(meta, text.replace('fileCreateTime=2024-05-06', `fileCreateTime=${date}`));
    return { folder: copy };
  };

  it('writes them, if the recordings tell', async () => {
    const sessions = [day(1, '2024-05-06'), day(3, '2024-05-20')];
    const data = join(folder.path, 'data');
    await importSessions(sessions, data);
    expect([...(await readNpy(join(data, 'session_days.npy'), { as: 'float64' })).data]).toEqual([0, 14]);

    await importSessions([{ folder: join(np1, 'D1') }, { folder: join(np1, 'D3') }], `${data}-same-day`);
    expect(existsSync(join(`${data}-same-day`, 'session_days.npy'))).toBe(false);
  });
});
