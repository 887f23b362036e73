import { existsSync } from 'node:fs';
import { join } from 'node:path';

import type { ImportControl, ImportSummary } from '../import/import_sessions.js';
import { count } from './count.js';
import { progressBar } from './progress.js';
import { quoted } from './quoted.js';

/** Runs an import with a bar in a terminal and with its warnings; returns what to tell, and the data folders. */
export async function withBar(
  run: (onProgress: NonNullable<ImportControl['onProgress']>) => Promise<ImportSummary>,
): Promise<{ text: string; folders: string[] }> {
  const { stderr } = process;
  const start = performance.now();
  const clear = () => {
    if (stderr.isTTY) stderr.write('\r\x1b[2K');
  };
  const onProgress: ImportControl['onProgress'] = ({ session, sessions, fraction }) => {
    if (!stderr.isTTY) return;
    const seconds = (performance.now() - start) / 1000;
    const bar = progressBar(`Session ${session} of ${sessions}`, `${seconds.toFixed(1)} s`, fraction, seconds);
    clear();
    stderr.write(bar.slice(0, stderr.columns - 1));
  };
  try {
    const { warnings, dataSets } = await run(onProgress);
    clear();
    for (const warning of warnings) console.error(`Warning: ${warning}`);
    const lines = dataSets.map(({ folder, units, unitsPerSession, channels }) => {
      const sessions = count(unitsPerSession.filter((number) => number > 0).length, 'session');
      return `Imported ${count(units, 'unit')} of ${sessions} (${unitsPerSession.join(', ')}), ${count(channels, 'channel')}, to ${folder}.`;
    });
    if (dataSets.some(({ folder }) => existsSync(join(folder, 'peth.npy')))) {
      lines.push(
        'There is a peth.npy: add PETH to matching.features in settings.json if the responses to events should count.',
      );
    }
    return { text: lines.join('\n'), folders: dataSets.map(({ folder }) => folder) };
  } finally {
    clear();
  }
}

/** Tells what was imported and how to go on. */
export async function tellImport(...[run]: Parameters<typeof withBar>): Promise<void> {
  const { text, folders } = await withBar(run);
  console.log(
    [
      text,
      'Next:',
      ...folders.flatMap((folder) => [`  dant check ${quoted(folder)}`, `  dant run ${quoted(folder)}`]),
    ].join('\n'),
  );
}
