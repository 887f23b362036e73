/**
 * The folders of lib/, from the top down: a file imports from its own folder and from those that stand in later lines, or
 * later in its own line. `npm run lint` holds that (eslint.config.js); CONTRIBUTING.md explains it.
 */
export const layers = [
  ['cli'],
  ['alignment'],
  ['experiment'],
  ['batch'],
  ['run'],
  ['sync'],
  ['report', 'score', 'export'],
  ['evidence'],
  ['results'],
  ['tracking', 'simulate'],
  ['curation', 'motion', 'matching', 'clustering', 'similarity', 'correction', 'features'],
  ['processing', 'tdms', 'import', 'dataset'],
  ['files'],
  ['settings', 'recording', 'native'],
];

const order = layers.flat();

/** An ESLint configuration for each folder that forbids imports from the folders before it. */
export const layerRules = order.slice(1).map((folder, at) => ({
  files: [`lib/${folder}/**/*.ts`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            regex: `^(\\.\\./)+((${order.slice(0, at + 1).join('|')})/|index\\.js$)`,
            message: `lib/${folder}/ stands below this folder: see scripts/layers.mjs.`,
          },
        ],
      },
    ],
  },
}));
