import { cpSync } from 'node:fs';
import { join } from 'node:path';

import { processExperiment, type ProcessOptions } from '../../lib/experiment/process.js';
import type { StepEvent } from '../../lib/experiment/process_session.js';
import { presetTasks } from '../../lib/experiment/task.js';
import { fixtures } from '../pixels_fixtures.js';

/** The sessions of the fixtures */
export const day1 = '210101_DL001_day1';
export const day2 = '210102_DL001';

/** For processing the fixtures in a folder. */
export function processingOf(folder: { readonly path: string }) {
  const at = (...path: string[]) => join(folder.path, ...path);
  const copyRaw = () => {
    cpSync(join(fixtures, 'data/raw'), at('raw'), { recursive: true });
  };

  /** Processes, and tells of each step how it ended: "<session> <recording> <step>: <kind>". */
  async function processed(options: ProcessOptions = {}) {
    const ends = new Map<string, string>();
    const words = new Map<string, string>();
    const settings = { task: presetTasks['lever-push']!, ...options.settings };
    const summary = await processExperiment(
      folder.path,
      { ...options, settings },
      {
        onEvent: ({ session, recording, step, outcome }: StepEvent) => {
          if (!outcome || outcome.kind === 'nothing') return;
          ends.set(`${session} ${recording} ${step}`, outcome.kind);
          words.set(`${session} ${recording} ${step}`, 'why' in outcome ? outcome.why : outcome.said);
        },
      },
    );
    return { summary, ends, words };
  }

  return { at, copyRaw, processed };
}
