import { unitMatrix } from './unit_matrix.js';
import type { Figure, FigureData, SmallFigureData } from './figure.js';
import { clusterConfidences, matchProbabilities } from './matches.js';
import { probeMotion } from './motion.js';
import { motionThreshold } from './motion_threshold.js';
import { matchingBetweenSessions } from './sessions.js';
import { featureScatter, featureSimilarities, similarityDistributions } from './similarities.js';
import { unitLocations, unitsAcrossDays } from './units.js';

/** The first figures in the order in which a reader wants them; undefined: the method of the run has no such figure. */
export const firstFigures: readonly ((of: SmallFigureData) => Figure | undefined)[] = [
  unitsAcrossDays,
  unitLocations,
  matchingBetweenSessions,
  matchProbabilities,
  probeMotion,
  clusterConfidences,
];

type LaterFigure = (of: FigureData) => Figure | undefined;

/** Those that come after them, which wait for the large matrices. */
export const laterFigures: readonly LaterFigure[] = [
  featureScatter,
  motionThreshold,
  similarityDistributions,
  featureSimilarities,
  unitMatrix,
];

/** The one that takes longest to paint. */
export const longestFigure: LaterFigure = unitMatrix;
