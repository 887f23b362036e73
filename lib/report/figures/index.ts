import type { MatchEvidence } from '../../results/stored_result.js';
import type { ReportData } from '../report_data.js';
import { chanceShares } from './chance.js';
import { matchesOverTime, sessionsThatConnect } from './evidence.js';
import { distanceMatrix, probabilityMatrix } from './unit_matrix.js';
import type { Figure, FigureData, SmallFigureData } from './figure.js';
import { intervalsOfMatches, responsesOfMatches } from './likeness.js';
import { clusterConfidences, matchProbabilities } from './matches.js';
import { probeMotion } from './motion.js';
import { motionThreshold } from './motion_threshold.js';
import { matchingBetweenSessions } from './sessions.js';
import { featureScatter, featureSimilarities, similarityDistributions } from './similarities.js';
import { unitLocations, unitsAcrossDays } from './units.js';

type FirstFigure = (of: SmallFigureData) => Figure;
type LaterFigure = (of: FigureData) => Figure;

/** The figures of a method, in the order in which a reader wants them. */
interface Figures {
  first: readonly FirstFigure[];
  /** Those that come after them, which wait for the large matrices. */
  later: readonly LaterFigure[];
}

/** What the recording says of the matches; of every method. */
const evidenceFigures = ({ evidence }: ReportData): readonly FirstFigure[] => [
  sessionsThatConnect,
  chanceShares,
  intervalsOfMatches,
  ...(evidence.responses ? [responsesOfMatches] : []),
  matchesOverTime,
];

/** Of results of pyDANT's method. */
export const referenceFigures: Figures = {
  first: [unitsAcrossDays, unitLocations, matchingBetweenSessions, probeMotion],
  later: [featureScatter, motionThreshold, similarityDistributions, featureSimilarities, distanceMatrix],
};

/** Of results with match probabilities. */
export const probabilisticFigures = (matches: MatchEvidence): Figures => ({
  first: [
    unitsAcrossDays,
    unitLocations,
    matchingBetweenSessions,
    (of) => matchProbabilities(of, matches),
    probeMotion,
    (of) => clusterConfidences(of, matches),
  ],
  later: [(of) => probabilityMatrix(of, matches)],
});

export function figuresOf(data: ReportData): Figures {
  const { first, later } = data.matches ? probabilisticFigures(data.matches) : referenceFigures;
  return { first: [...evidenceFigures(data), ...first], later };
}
