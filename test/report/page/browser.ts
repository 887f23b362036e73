import { existsSync } from 'node:fs';

import { chromium, type Browser } from 'playwright-core';

/** A real Chromium: $CHROMIUM_PATH, or Debian's; undefined where there is none. */
export const chromiumPath = [process.env.CHROMIUM_PATH, '/usr/bin/chromium'].find(
  (path) => path !== undefined && path !== '' && existsSync(path),
);
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath!,
    // In a container the user is root, and there is neither a GPU nor much shared memory.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--disable-background-networking'],
  });
}
