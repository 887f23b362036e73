import { medianOf } from '../arrays.js';
import { isRigid } from '../recording/motion.js';
import { motionOf } from './unit_motion.js';
import type { ReportData } from './report_data.js';
import type { MatchEvidence } from '../results/stored_result.js';
import { clusterMembers } from './similarities.js';

/** A number that a reader wants first. */
export interface Fact {
  label: string;
  value: string;
  note?: string;
}

/** The head of a report: what was tracked, and how sure it is. */
export function reportFacts(data: ReportData): { title: string; subtitle: string; facts: Fact[]; verdict: string } {
  const { unitCount, clusters, clusterCount, sessions, sessionCount, groups, seconds } = data;
  const matched = clusters.filter((cluster) => cluster > 0).length;
  const share = unitCount === 0 ? 0 : Math.round((100 * matched) / unitCount);
  const spans = sessions
    ? clusterMembers(data).map((members) => new Set(members.map((unit) => sessions[unit]!)).size)
    : [];
  const everywhere = spans.filter((span) => span === sessionCount).length;
  const motions = motionValues(data);
  const differs = groups.some(({ motion }) => motion && !isRigid(motion));
  const facts: Fact[] = [
    { label: 'Neurons followed', value: count(clusterCount), note: 'found in more than one session' },
    ...(spans.length > 0
      ? [
          {
            label: 'Found in every session',
            value: count(everywhere),
            note: `median ${medianOf(spans)} of ${sessionCount} sessions`,
          },
        ]
      : []),
    { label: 'Units matched', value: `${share} %`, note: `${count(matched)} of ${count(unitCount)} units` },
    ...(sessionCount > 0
      ? [
          {
            label: 'Sessions',
            value: count(sessionCount),
            note: groups.length > 1 ? `${groups.length} shanks` : undefined,
          },
        ]
      : []),
    ...(motions.length > 0
      ? [
          {
            label: 'Probe motion',
            value: `${signed(motions.reduce((a, b) => Math.min(a, b)))} … ${signed(motions.reduce((a, b) => Math.max(a, b)))} µm`,
            note: differs ? 'differs with depth' : roundsOfMotion(data),
          },
        ]
      : []),
    ...(data.matches ? evidenceFacts(data, data.matches) : learnedFacts(data)),
    ...(seconds === undefined ? [] : [{ label: 'Time of the run', value: duration(seconds) }]),
  ].map(({ note, ...fact }) => (note === undefined ? fact : { ...fact, note }));
  return {
    title: `${count(clusterCount)} neurons followed across ${sessionCount > 0 ? `${sessionCount} sessions` : 'sessions'}`,
    subtitle: data.folder,
    facts,
    verdict: data.record
      ? 'The run had nothing to warn of.'
      : 'These results keep no list of warnings; judge them by the figures below.',
  };
}

const count = (value: number) => value.toLocaleString('en-US');

/** How sure the matches are, by the probabilistic method. */
function evidenceFacts(
  { groups }: ReportData,
  { falsePositiveRates, confidence, splitCandidates, contaminatedUnits, connections }: MatchEvidence,
): Fact[] {
  const doubtful = confidence?.filter((share) => share < doubtfulBelow).length;
  return [
    ...(falsePositiveRates
      ? [
          {
            label: 'False-positive rate',
            value: Array.from(falsePositiveRates, percent).join(', '),
            note: groups.length > 1 ? 'of the matched pairs of each shank' : 'of the matched pairs',
          },
        ]
      : []),
    ...(doubtful === undefined
      ? []
      : [{ label: 'Neurons to check', value: count(doubtful), note: `confidence below ${100 * doubtfulBelow} %` }]),
    {
      label: 'Split candidates',
      value: count(splitCandidates.length / 2),
      note: 'pairs of units that are one neuron, split by the sorter',
    },
    {
      label: 'Contaminated units',
      value: count(contaminatedUnits.length),
      note: 'without a refractory period, and not matched',
    },
    ...(connections.length === 0
      ? []
      : [
          {
            label: 'Connected sessions',
            value: `${count(connections.filter(({ isConnected }) => isConnected).length)} of ${count(connections.length)}`,
            note: 'pairs of sessions that show neurons in common',
          },
        ]),
  ];
}

/** What pyDANT's method learned and curated. */
function learnedFacts({ groups, curation, clusters }: ReportData): Fact[] {
  const thresholds = groups.flatMap(({ threshold }) => threshold ?? []);
  const weights = groups.length === 1 ? groups[0]!.features : [];
  const note = weights.map(({ name, weight }) => `${name} ${weight.toFixed(2)}`).join(', ');
  return [
    ...(thresholds.length > 0
      ? [
          {
            label: 'Good-match threshold',
            value: thresholds.map((threshold) => threshold.toFixed(2)).join(', '),
            ...(note !== '' && { note }),
          },
        ]
      : []),
    {
      label: 'Parted by curation',
      value: count(new Set(curation.flatMap(({ units }) => units).filter((unit) => clusters[unit]! < 1)).size),
      note: 'units taken out of clusters',
    },
  ];
}

/** Motion of every unit's place; of every session, where places are not known. */
function motionValues(data: ReportData): number[] {
  const { groups, locationsUm, sessions, unitCount } = data;
  if (!groups.some(({ motion }) => motion)) return [];
  if (!locationsUm || !sessions) return groups.flatMap(({ motion }) => [...(motion?.constantUm ?? [])]);
  return Array.from({ length: unitCount }, (_, unit) => motionOf(data, unit));
}

function roundsOfMotion({ record }: ReportData): string | undefined {
  const rounds = record?.groups.map(({ motionIterations }) => motionIterations.length) ?? [];
  return rounds.every((count) => count === 0) ? undefined : `estimated in ${rounds.join(', ')} rounds`;
}

/** "0.3 %", "< 0.1 %" */
export function percent(share: number): string {
  if (Number.isNaN(share)) return '–';
  return share > 0 && share < 0.001 ? '< 0.1 %' : `${(100 * share).toFixed(1)} %`;
}

/** Neurons with less confidence deserve a look. */
export const doubtfulBelow = 0.99;

const signed = (value: number) => value.toFixed(0).replace(/^-0$/, '0').replace('-', '−');

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(1)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
