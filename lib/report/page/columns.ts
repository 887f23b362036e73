import type { ReportPage } from '../packed.js';
import type { Entry } from './entries.js';

export interface Column {
  title: string;
  about: string;
  value: (entry: Entry) => number;
  text?: (entry: Entry) => string;
}

/** Writes a number with so many digits after the point. */
export const number = (digits: number) => (value: number) => (Number.isNaN(value) ? '–' : value.toFixed(digits));

const probability = (value: number) => (value < 0.005 ? '< 0.01' : number(2)(value));

const amplitudeAbout = {
  µV: 'Mean amplitude, peak to trough on the peak channel (amplitude.npy)',
  'µV·µm': 'Mean strength of the source that was fitted to the amplitudes on the channels (amplitude.npy)',
  unknown: 'Mean amplitude as in amplitude.npy: peak to trough (µV), or the strength of the fitted source (µV·µm)',
};

/** @param imported Whether the sorter's numbers are known */
export function columnsFor(
  kind: Entry['kind'],
  page: ReportPage,
  { severalShanks, imported }: { severalShanks: boolean; imported: boolean },
): Column[] {
  const isProbability = page.measure === 'probability';
  return [
    ...headColumns(kind, page.sessionCount, imported),
    ...(kind === 'split' ? [] : [kind === 'cluster' ? ofCluster(isProbability) : ofUnit(isProbability)]),
    {
      title: 'depth (µm)',
      about: 'Mean depth, with the motion of the probe taken out',
      value: ({ depth }) => depth,
      text: ({ depth }) => number(0)(depth),
    },
    {
      title: `amplitude${page.amplitudeUnit === null ? '' : ` (${page.amplitudeUnit})`}`,
      about: amplitudeAbout[page.amplitudeUnit ?? 'unknown'],
      value: ({ amplitude }) => amplitude,
      text: ({ amplitude }) => (Math.abs(amplitude) >= 1e5 ? amplitude.toExponential(1) : number(0)(amplitude)),
    },
    ...(severalShanks ? [{ title: 'shank', about: 'Shank of the probe', value: ({ shank }: Entry) => shank }] : []),
    ...(isProbability
      ? kind === 'split'
        ? []
        : [
            {
              title: 'splits',
              about: 'Pairs of units of one session that look like one neuron, split by the sorter',
              value: ({ splits }: Entry) => splits.length,
            },
          ]
      : [
          {
            title: 'curation',
            about: 'Units that curation took out or parted',
            value: ({ events }: Entry) => events.length,
          },
        ]),
  ];
}

/** What an entry is. */
function headColumns(kind: Entry['kind'], sessionCount: number, imported: boolean): Column[] {
  const session = { title: 'session', about: 'The session', value: ({ sessions }: Entry) => sessions[0] ?? NaN };
  if (kind === 'unit') {
    return [
      imported
        ? { title: 'cluster', about: "The sorter's number", value: ({ clusterIds }) => clusterIds[0]! }
        : { title: 'unit', about: 'Number of the unit, from 0', value: ({ id }) => id },
      session,
    ];
  }
  if (kind === 'split') {
    return [
      { title: 'no.', about: 'Number in the list of split candidates', value: ({ id }) => id },
      imported
        ? {
            title: 'clusters',
            about: "The sorter's numbers",
            value: ({ clusterIds }) => clusterIds[0]!,
            text: ({ clusterIds }) => clusterIds.join(', '),
          }
        : {
            title: 'units',
            about: 'The two units, from 0',
            value: ({ units }) => units[0]!,
            text: ({ units }) => units.join(', '),
          },
      session,
    ];
  }
  return [
    { title: 'neuron', about: 'Number of the cluster', value: ({ id }) => id },
    {
      title: 'sessions',
      about: `In how many of the ${sessionCount} sessions it was found, and from which to which`,
      value: ({ sessions }) => sessions.length,
      text: ({ sessions }) =>
        sessions.length === 0 ? '–' : `${sessions.length} (${sessions[0]!}–${sessions.at(-1)!})`,
    },
    { title: 'units', about: 'Number of units', value: ({ units }) => units.length },
  ];
}

/** How sure a cluster is. */
function ofCluster(isProbability: boolean): Column {
  return isProbability
    ? {
        title: 'confidence',
        about: 'Expected share of right pairs of units, by the match probabilities',
        value: ({ confidence }) => confidence,
        text: ({ confidence }) => (Number.isNaN(confidence) ? '–' : `${confidence.toFixed(1)} %`),
      }
    : {
        title: 'similarity',
        about: 'Mean similarity of its units (Fisher z)',
        value: ({ similarity }) => similarity,
        text: ({ similarity }) => number(2)(similarity),
      };
}

/** How near an unmatched unit is to others. */
function ofUnit(isProbability: boolean): Column {
  return {
    title: 'nearest',
    about: isProbability
      ? 'Probability of being one neuron with the likeliest other unit'
      : 'Similarity to the most similar unit (Fisher z)',
    value: ({ similarity }) => similarity,
    text: ({ similarity }) => (isProbability ? probability(similarity) : number(2)(similarity)),
  };
}
