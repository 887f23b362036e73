import type { Units } from './data.js';

type Named = Pick<Units, 'clusterId' | 'session'>;

/** The number by which a unit is known: the sorter's of imported data, else its own. */
export const numberOf = ({ clusterId }: Named, unit: number) => clusterId?.[unit] ?? unit;

/** What units are called: those of imported data by the sorter's numbers. */
export const nounFor = ({ clusterId }: Named) => (clusterId ? 'cluster' : 'unit');

/** "unit 12", "cluster 45" */
export const shortName = (units: Named, unit: number) => `${nounFor(units)} ${numberOf(units, unit)}`;

/** "unit 12 of session 3" */
export const fullName = (units: Named, unit: number) =>
  `${shortName(units, unit)}${units.session ? ` of session ${units.session[unit]!}` : ''}`;
