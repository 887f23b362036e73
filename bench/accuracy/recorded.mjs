// Accuracy on recordings that this package did not simulate: real sessions, and those of other projects' code.
import { DantError } from '../../dist/index.js';
import { foreignRecordings, trackForeign } from './foreign.mjs';
import { trackReal } from './real.mjs';
import { realSets } from './real_data.mjs';
import { judgeRecorded } from './recorded_goals.mjs';
import { describeForeign, describeReal, recordedGoalLines, recordedLine } from './recorded_tables.mjs';
import { ownMethods } from './tracked.mjs';

/** Of the sets, what continuous integration has time for. */
const smallSets = ['strangers-short', 'T223', 'T181', 'mixed'];

/** { results, goals, report }. `folder`: an empty one for the data. */
export async function measureRecorded({ real, foreign, only, methods, small, folder, say }) {
  const chosen = methods.filter((method) => ownMethods.includes(method));
  if (chosen.length < methods.length)
    throw new DantError('DANT_ARGUMENT', `--methods: expected some of ${ownMethods.join(', ')} here.`);
  const parts = [];
  if (real !== undefined) {
    const sets = pick(only ?? (small ? smallSets : undefined), Object.keys(realSets(real)));
    const results = await collect(trackReal({ archive: real, sets, methods: chosen, folder }), say);
    parts.push({ results, report: describeReal(results) });
  }
  if (foreign !== undefined) {
    const all = foreignRecordings(foreign);
    const name = (path) => path.split(/[/\\]/).at(-1);
    const recordings = pick(only, all.map(name)).map((one) => all.find((path) => name(path) === one));
    const results = await collect(trackForeign({ recordings, methods: chosen, folder }), say);
    parts.push({ results, report: describeForeign(results) });
  }
  const results = parts.flatMap((part) => part.results);
  const goals = judgeRecorded(results);
  return {
    results,
    goals,
    report: [...parts.map(({ report }) => report), recordedGoalLines(goals).join('\n')].join('\n\n'),
  };
}

async function collect(measured, say) {
  const results = [];
  for await (const result of measured) {
    say(recordedLine(result));
    results.push(result);
  }
  return results;
}

function pick(wanted, names) {
  const unknown = (wanted ?? []).filter((name) => !names.includes(name));
  if (unknown.length > 0)
    throw new DantError('DANT_ARGUMENT', `--only: expected some of ${names.join(', ')}; found ${unknown.join(', ')}.`);
  return wanted ?? names;
}
