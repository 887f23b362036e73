/** First word after the seed of a random generator: what its numbers are for. Changing one changes all recordings. */
export const stream = {
  motion: 1,
  slope: 2,
  neuron: 3,
  response: 4,
  presence: 5,
  fault: 6,
  day: 7,
  train: 8,
  noise: 9,
  sorter: 10,
  rawNoise: 11,
  rawAmplitude: 12,
  sortedTimes: 13,
  noiseCluster: 14,
} as const;
