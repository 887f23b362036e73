import { atDisplacementUm } from '../evidence/session_pairs.js';
import type { BlindTest, Evidence, SessionPairEvidence } from '../evidence/evidence.js';
import { matchesByDistance } from '../evidence/by_distance.js';
import { verdictText } from '../evidence/verdict.js';
import { count } from './count.js';

/** The evidence as tables, for people. */
export function evidenceText(evidence: Evidence, folder: string): string {
  const { sessionPairs, intervals, responses, notMeasured } = evidence;
  return [
    ...sessionPairTable(sessionPairs),
    ...distanceTable(sessionPairs),
    ...(intervals ? testLines('Interspike intervals', intervals, 'fire') : []),
    ...(responses ? testLines('Responses to events', responses, 'respond') : []),
    ...notMeasured.map((line) => `Not measured. ${line}`),
    `The figures are in ${folder}/Figures.`,
  ].join('\n');
}

/** At most this many rows: those with most matches. */
const mostRows = 40;

function sessionPairTable(pairs: readonly SessionPairEvidence[]): string[] {
  if (pairs.length === 0) return [];
  const found = pairs.filter(({ matches }) => matches > 0);
  const shown = found.length <= mostRows ? found : [...found].sort((a, b) => b.share - a.share).slice(0, mostRows);
  const rows = shown.map(({ sessions, units, matches, share, displacementUm, atDisplacement }) => [
    sessions.join('–'),
    units.join(', '),
    String(matches),
    percent(share),
    signed(displacementUm),
    String(atDisplacement),
  ]);
  const silent = pairs.length - found.length;
  return [
    'Matches of each two sessions:',
    ...(rows.length > 0
      ? table(
          ['sessions', 'units', 'matches', 'of the fewer', 'moved, µm', `within ${atDisplacementUm} µm of that`],
          rows,
        )
      : []),
    ...(silent > 0 ? [`  ${count(silent, 'pair')} of sessions with no match`] : []),
    ...(shown.length < found.length ? [`  and ${count(found.length - shown.length, 'pair')} with fewer`] : []),
    '',
  ];
}

function distanceTable(pairs: readonly SessionPairEvidence[]): string[] {
  const { isInDays, rows } = matchesByDistance(pairs);
  if (rows.length < 2) return [];
  return [
    `Matches by ${isInDays ? 'days between sessions' : 'distance in the order of sessions (there is no session_days.npy)'}:`,
    ...table(
      [isInDays ? 'days' : 'sessions apart', 'pairs of sessions', 'matches', 'of the fewer'],
      rows.map(({ from, to, sessionPairs, matches, share }) => [
        from === to ? decimal(from) : `${decimal(from)} to ${decimal(to)}`,
        String(sessionPairs),
        String(matches),
        percent(share),
      ]),
    ),
    '',
  ];
}

function testLines(what: string, test: BlindTest, act: string): string[] {
  const { isOfResult, matches, matched, neighbours, medianMatched, medianNeighbours, auc, error } = test;
  return [
    isOfResult
      ? `${what} (the matching did not use them):`
      : `${what}, of ${matches} matches that were found again without spike times and responses:`,
    ...table(
      ['', 'pairs', 'median correlation'],
      [
        ['matched', String(matched), correlation(medianMatched)],
        ['unmatched neighbours', String(neighbours), correlation(medianNeighbours)],
      ],
    ),
    `  ROC AUC ${correlation(auc)} ± ${correlation(error)} (0.5: chance)`,
    `  ${verdictText(test, act)}`,
    '',
  ];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const widths = header.map((cell, k) => Math.max(cell.length, ...rows.map((row) => row[k]!.length)));
  return [header, ...rows].map((row) => `  ${row.map((cell, k) => cell.padStart(widths[k]!)).join('   ')}`);
}

const percent = (share: number) => (Number.isNaN(share) ? '–' : `${(100 * share).toFixed(0)} %`);
const signed = (value: number) => (value > 0 ? `+${value.toFixed(0)}` : value.toFixed(0).replace('-', '−'));
const correlation = (value: number) => (Number.isNaN(value) ? '–' : value.toFixed(2));
const decimal = (value: number) => String(Math.round(10 * value) / 10);
