import type { ReportData } from './report_data.js';
import { clusterMembers } from './similarities.js';

/** A number that a reader wants first. */
export interface Fact {
  label: string;
  value: string;
  note?: string;
}

/** The head of a report: what was tracked, and how sure it is. */
export function reportFacts(data: ReportData): { title: string; subtitle: string; facts: Fact[]; verdict: string } {
  const { unitCount, clusters, clusterCount, sessions, sessionCount, groups, seconds, curation } = data;
  const matched = clusters.filter((cluster) => cluster > 0).length;
  const share = unitCount === 0 ? 0 : Math.round((100 * matched) / unitCount);
  const spans = sessions
    ? clusterMembers(data).map((members) => new Set(members.map((unit) => sessions[unit]!)).size)
    : [];
  const everywhere = spans.filter((span) => span === sessionCount).length;
  const count = (value: number) => value.toLocaleString('en-US');
  const motions = groups.flatMap(({ motion }) => [...(motion?.constantUm ?? [])]);
  const thresholds = groups.flatMap(({ threshold }) => threshold ?? []);
  const weights = groups.length === 1 ? groups[0]!.features : [];
  const rounds = data.record?.groups.map(({ motionIterations }) => motionIterations.length) ?? [];
  const facts: Fact[] = [
    { label: 'Neurons followed', value: count(clusterCount), note: 'found in more than one session' },
    ...(spans.length > 0
      ? [
          {
            label: 'Found in every session',
            value: count(everywhere),
            note: `median ${median(spans)} of ${sessionCount} sessions`,
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
            value: `${signed(Math.min(...motions))} … ${signed(Math.max(...motions))} µm`,
            note: rounds.length > 0 ? `estimated in ${rounds.join(', ')} rounds` : undefined,
          },
        ]
      : []),
    ...(thresholds.length > 0
      ? [
          {
            label: 'Good-match threshold',
            value: thresholds.map((threshold) => threshold.toFixed(2)).join(', '),
            note: weights.map(({ name, weight }) => `${name} ${weight.toFixed(2)}`).join(', ') || undefined,
          },
        ]
      : []),
    {
      label: 'Parted by curation',
      value: count(new Set(curation.flatMap(({ units }) => units).filter((unit) => clusters[unit]! < 1)).size),
      note: 'units taken out of clusters',
    },
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

const signed = (value: number) => value.toFixed(0).replace('-', '−');

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function duration(seconds: number): string {
  if (seconds < 90) return `${seconds.toFixed(1)} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${(seconds / 3600).toFixed(1)} h`;
}
