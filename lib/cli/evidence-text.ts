import { atDisplacementUm } from '../evidence/session_pairs.js';
import type { BlindTest, Evidence, SessionPairEvidence } from '../evidence/evidence.js';
import { listed } from '../dataset/findings.js';
import type { ChanceAtScore } from '../evidence/chance.js';
import { matchesByDistance } from '../evidence/by_distance.js';
import { verdictText } from '../evidence/verdict.js';
import { count } from './count.js';

/** The evidence as tables, for people. */
export function evidenceText(evidence: Evidence, folder: string): string {
  const { sessionPairs, chance, intervals, responses, notMeasured } = evidence;
  return [
    ...sessionPairTable(sessionPairs),
    ...chanceTable(chance ?? []),
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
  const areConnectionsKnown = pairs.some(({ connection }) => connection);
  const rows = shown.map(({ sessions, units, matches, share, displacementUm, atDisplacement, connection }) => [
    sessions.join('–'),
    units.join(', '),
    String(matches),
    percent(share),
    signed(displacementUm),
    String(atDisplacement),
    ...(areConnectionsKnown ? [connection ? connectionText(connection) : '–'] : []),
  ]);
  const silent = pairs.filter(({ matches }) => matches === 0);
  const unconnected = silent.filter(({ connection }) => connection?.isConnected === false);
  return [
    'Matches of each two sessions:',
    ...(rows.length > 0
      ? table(
          [
            ...['sessions', 'units', 'matches', 'of the fewer', 'moved, µm', `within ${atDisplacementUm} µm of that`],
            ...(areConnectionsKnown ? ['connected (chance)'] : []),
          ],
          rows,
        )
      : []),
    ...(silent.length > 0 ? [`  ${count(silent.length, 'pair')} of sessions with no match: ${names(silent)}`] : []),
    ...(unconnected.length > 0
      ? [
          `  Not connected, that is, without neurons in common that could be told from chance: ${names(unconnected)}. The motion between them is not known.`,
        ]
      : []),
    ...(shown.length < found.length ? [`  and ${count(found.length - shown.length, 'pair')} with fewer`] : []),
    '',
  ];
}

const names = (pairs: readonly SessionPairEvidence[]) => listed(pairs.map(({ sessions }) => sessions.join('–')));

function connectionText({
  isConnected,
  chanceProbability: chance,
}: {
  isConnected: boolean;
  chanceProbability: number;
}) {
  return `${isConnected ? 'yes' : 'no'} (${chance < 1e-3 ? `1e${Math.ceil(Math.log10(Math.max(chance, 1e-99)))}` : chance.toFixed(2)})`;
}

/** Scores of the table, ln odds. */
const shownScores = [-4, -2, 0, 1, 2, 3, 4, 6, 8];

function chanceTable(chance: readonly ChanceAtScore[]): string[] {
  const rows = chance.filter(({ score, candidates }) => shownScores.includes(score) && candidates > 0);
  if (rows.length === 0) return [];
  return [
    'Chance: candidates by score (ln odds), and as many decoys, which cannot be one neuron, as stand for the wrong ones:',
    ...table(
      ['score at least', 'candidates', 'of them by chance', 'share'],
      rows.map(({ score, candidates, byChance, share }) => [
        signed(score),
        String(candidates),
        decimal(byChance),
        percent(share),
      ]),
    ),
    '',
  ];
}

function distanceTable(pairs: readonly SessionPairEvidence[]): string[] {
  const { isInDays, rows } = matchesByDistance(pairs);
  if (rows.length < 2 || rows.every(({ matches }) => matches === 0)) return [];
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
    ...(Number.isNaN(auc) ? [] : [`  ROC AUC ${correlation(auc)} ± ${correlation(error)} (0.5: chance)`]),
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
const correlation = (value: number) => (Number.isNaN(value) ? '–' : value.toFixed(2).replace('-', '−'));
const decimal = (value: number) => String(Math.round(10 * value) / 10);
