import { distanceMatrix } from './distances.js';
import type { Figure, FigureData } from './figure.js';
import { motionThreshold, probeMotion } from './motion.js';
import { matchingBetweenSessions } from './sessions.js';
import { featureScatter, featureSimilarities, similarityDistributions } from './similarities.js';
import { unitLocations, unitsAcrossDays } from './units.js';

/** All figures in the order in which a reader wants them. */
export const figures: readonly ((data: FigureData) => Figure)[] = [
  unitsAcrossDays,
  unitLocations,
  matchingBetweenSessions,
  probeMotion,
  featureScatter,
  motionThreshold,
  similarityDistributions,
  featureSimilarities,
  distanceMatrix,
];
