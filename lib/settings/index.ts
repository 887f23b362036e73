// What other stages use of the settings.
export { completeSettings, defaultSettings, type CheckedSettings } from './complete.js';
export { loadSettings } from './load.js';
export { parseSettings } from './parse.js';
export { resolveSettings } from './paths.js';
export {
  featureNames,
  usedFeatures,
  type FeatureName,
  type MatchFeatureName,
  type PartialSettings,
  type Settings,
} from './table.js';
