// From sorted sessions and their raw recordings to a table of neurons.
// node import_recordings.mjs mydata day1 day2 day3, the days in order of time: each the folder of Kilosort or phy, or one that
// holds it and the recording.
import { join } from 'node:path';

import { exportCsv, importSessions, track } from 'node-dant';

const [data, ...folders] = process.argv.slice(2);
if (!data || folders.length < 2) {
  console.error('node import_recordings.mjs mydata day1 day2 day3');
  process.exit(2);
}

// Of 500 spikes of each good unit the mean waveform, in µV, from the raw recording
const { warnings, dataSets } = await importSessions(
  folders.map((folder) => ({ folder })),
  data,
  { labels: ['good'], minSpikes: 50 },
);
for (const warning of warnings) console.warn(warning);

// One data folder, or one for each probe
for (const { folder } of dataSets) {
  const output = join(folder, 'DANT_Output');
  const { clusterCount, clusters } = await track({ data: folder, output, overwrite: true });
  await exportCsv(output, join(folder, 'neurons.csv'), { dataFolder: folder, force: true });
  console.log(`${folder}: ${clusterCount} neurons of ${clusters.length} units, in neurons.csv`);
}
