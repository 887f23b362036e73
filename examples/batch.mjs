// Tracks several data folders, one after the other, and writes a table of what was found.
// node batch.mjs neurons.csv animal1 animal2 …
// ("dant batch" does more: it imports, goes on after an interruption, and uses a cluster.)
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { DantError, track } from 'node-dant';

const [table, ...folders] = process.argv.slice(2);
if (!table || folders.length === 0) {
  console.error('node batch.mjs neurons.csv animal1 animal2 …');
  process.exit(2);
}

const lines = ['folder,units,neurons,matched_pairs,false_positive_rate,warnings'];
for (const folder of folders) {
  try {
    // One run uses all cores, so there is nothing to be gained by several at once.
    const result = await track({ data: folder, output: join(folder, 'DANT_Output'), overwrite: true });
    const rates = result.groups.map((group) =>
      group.method === 'probabilistic' ? group.model.falsePositiveRate : NaN,
    );
    lines.push(
      [
        folder,
        result.clusters.length,
        result.clusterCount,
        result.matchedPairs.length / 2,
        Math.max(...rates).toFixed(4), // of the shank that is least sure
        result.warnings.length,
      ].join(','),
    );
    console.log(`${folder}: ${result.clusterCount} neurons`);
    for (const warning of result.warnings) console.warn(`  ${warning}`);
  } catch (error) {
    // What is wrong with one animal's data is told, and the others are tracked all the same.
    if (!(error instanceof DantError)) throw error;
    console.error(`${folder}: ${error.message}`);
    process.exitCode = 1;
  }
}
writeFileSync(table, `${lines.join('\n')}\n`);
