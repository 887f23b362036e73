import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { simulate, simulateRaw, track, writeNpy } from '../../lib/index.js';
import { simulatedCache } from '../import/ibl/simulated_cache.js';

/** What stands for the folders that a page speaks of: simulated recordings, made in an empty folder when the page is tested. */
export const scenes: Record<string, (folder: string) => Promise<unknown>> = {
  'a data folder': (folder) => simulate(join(folder, 'mydata')),
  'a data folder without settings': async (folder) => {
    await simulate(join(folder, 'mydata'), { neurons: 20, sessions: 3, presence: 1, channels: 32, peth: false });
    rmSync(join(folder, 'mydata/settings.json'));
  },
  'a tracked data folder': async (folder) => {
    const data = join(folder, 'mydata');
    await simulate(data);
    await writeNpy(join(data, 'session_days.npy'), { data: Float64Array.of(0, 1, 3, 7, 14, 30), shape: [6] });
    await track({ data, output: join(data, 'DANT_Output') });
  },
  'four shanks': (folder) =>
    simulate(join(folder, 'mydata'), { probe: 'neuropixels-2.0-four-shank', channels: 96, neurons: 60, sessions: 4 }),
  'sorted sessions': sortedSessions,
  'two animals': async (folder) => {
    await simulate(join(folder, 'AL031'), { neurons: 20, sessions: 3, durationS: 60 });
    await simulate(join(folder, 'AL032'), { neurons: 20, sessions: 4, durationS: 60, seed: 1 });
  },
  'a ONE cache': (folder) => simulatedCache(join(folder, 'cache'), join(folder, 'truth')),
};

/** Folders day1 to day3, each with a sorter's folder, a raw recording and the times of events. */
async function sortedSessions(folder: string): Promise<void> {
  const rig = join(folder, 'rig');
  await simulateRaw(rig, { channels: 32, neurons: 14, durationS: 15 });
  const trials = Array.from({ length: 12 }, (_, trial) => `${1 + trial},${trial % 2 ? 'left' : 'right'}`);
  for (const day of [1, 2, 3]) {
    renameSync(join(rig, `D${day}`), join(folder, `day${day}`));
    writeFileSync(join(folder, `day${day}/trials.csv`), `time_s,event\n${trials.join('\n')}\n`);
  }
  rmSync(rig, { recursive: true });
}
