import { runTracking, type RunOutcome } from '../run/run.js';
import { loadSettings } from '../settings/index.js';
import { progressLines } from './progress.js';
import { summaryText } from './summary.js';

/** Tracks a data folder with its own settings, and tells how it goes and what was found. */
export async function trackFolder(folder: string, signal: AbortSignal): Promise<RunOutcome> {
  const progress = progressLines();
  try {
    const { settings, warnings } = await loadSettings(folder);
    const outcome = await runTracking(settings, { signal, onProgress: progress.onProgress, warnings });
    progress.end(true);
    console.log(summaryText(outcome));
    for (const warning of outcome.warnings) console.error(`Warning: ${warning}`);
    return outcome;
  } catch (error) {
    progress.end(false);
    throw error;
  }
}
