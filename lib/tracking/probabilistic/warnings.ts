import { unitsListed } from '../../dataset/findings.js';
import type { MatchProbabilities } from '../../matching/match_probability.js';
import type { RunContext } from '../run_context.js';
import type { TrackedUnits } from '../tracked_units.js';

/** Tells of units that are no single neurons. `units` by index in the data set. */
export function warnOfContaminatedUnits(units: Int32Array, context: RunContext): void {
  if (units.length === 0) return;
  const [fires, are] = units.length === 1 ? ['fires', 'is no single neuron'] : ['fire', 'are no single neurons'];
  context.warn(
    `${unitsListed([...units])} ${fires} within 1.5 ms of a spike no less than later (no refractory period): ` +
      `${units.length === 1 ? 'it' : 'they'} ${are}, and ${units.length === 1 ? 'was' : 'were'} not matched.`,
  );
}

/** Tells when false matches had to be estimated from other pairs than displaced ones nearby. */
export function warnOfDecoys({ decoyKind, decoyScores, pairs }: MatchProbabilities, context: RunContext): void {
  if (pairs.length === 0 || decoyKind === 'displaced') return;
  const count = decoyScores.length;
  context.warn(
    decoyKind === 'wholeProbe'
      ? `There are few units: how alike different neurons look was learned from ${count} pairs of units that lie anywhere ` +
          'on the probe, not only from those 150 to 400 µm apart. Take the probabilities and the false-positive rate with care.'
      : 'The probe is too short, or has too few units, for pairs that lie too far apart to be one neuron: how alike different ' +
          `neurons look was learned from ${count} pairs of units of one session instead. Sorters split neurons, which makes such ` +
          'pairs alike, and sessions differ more than that: take the probabilities and the false-positive rate with care.',
  );
}

/** Tells when connected sessions have no match. */
export function warnOfNothing(
  labels: Int32Array,
  units: TrackedUnits,
  component: Int32Array,
  context: RunContext,
): void {
  const matched = new Set(units.sessions.filter((_, i) => labels[i]! >= 1));
  const alone = [...new Set(units.sessions)]
    .filter((session) => !matched.has(session) && isConnected(component, session))
    .sort((a, b) => a - b);
  if (alone.length === 0) return;
  context.warn(
    `Session ${alone.join(', ')} shows neurons in common with another session, but no unit was matched with enough certainty.`,
  );
}

function isConnected(component: Int32Array, session: number): boolean {
  return component.filter((name) => name === component[session - 1]).length > 1;
}
