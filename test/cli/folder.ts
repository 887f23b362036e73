import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach } from 'vitest';

/** Gives each test of a file an empty folder of its own; call at the top of the file and use `.path` in the tests. */
export function temporaryFolder(): { path: string } {
  const folder = { path: '' };
  beforeEach(() => {
    folder.path = mkdtempSync(join(tmpdir(), 'dant cli '));
  });
  afterEach(() => {
    rmSync(folder.path, { recursive: true });
  });
  return folder;
}

/** An empty folder for all tests of a file together, removed after them; call at the top of the file. */
export function folderOfFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'dant-test-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}
