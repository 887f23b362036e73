import { choice, flag, integer, nameList, nameLists, number, path, type Row } from './rows.js';

/** What two units can be compared by. */
export const featureNames = ['Waveform', 'AutoCorr', 'ISI', 'PETH'] as const;

export type FeatureName = (typeof featureNames)[number];

/** What the probabilistic method describes a unit by. */
export const matchFeatureNames = [
  'AlignedWaveform',
  'AutoCorr',
  'Location',
  'Amplitude',
  'FiringRate',
  'ISI',
  'PETH',
] as const;

export type MatchFeatureName = (typeof matchFeatureNames)[number];

/**
 * Every setting, by the dotted path of its key. The type `Settings`, the checks, `dant init`'s file, the command-line
 * flags and `docs/settings.md` (npm run docs:settings) come from here: adding a row is all that a new setting takes.
 */
export const settingsTable = {
  path_to_data: path('a folder', {}, { default: '.', about: 'Folder that holds the input files.' }),
  output_folder: path('a folder', {}, { default: 'DANT_Output', about: 'Folder that the results are written to.' }),
  save_intermediate_results: flag({
    default: true,
    about: 'Whether the large arrays (corrected waveforms, similarity and distance matrices) are saved too.',
  }),
  method: choice(['probabilistic', 'reference'], {
    default: 'probabilistic',
    absentInFile: 'reference',
    about:
      'How units are tracked: by match probabilities that are learned from the recording (settings in "matching"), or as ' +
      'pyDANT does (settings in "motionEstimation", "clustering" and "autoCuration").',
  }),
  n_jobs: integer(
    { min: 1, or: -1 },
    { default: -1, about: 'Number of threads; -1 uses all cores. The results do not depend on it.' },
  ),
  seed: integer(
    { min: 0, max: 2 ** 32 - 1 },
    {
      default: 0,
      about: 'Seed of the random resampling behind the confidence interval of the motion (method "reference").',
    },
  ),
  shanks: choice(['separate', 'together'], {
    default: 'separate',
    about: 'Whether units of a probe with several shanks are tracked shank by shank, or all in one run.',
  }),
  centering_waveforms: flag({
    default: false,
    about: "Whether waveforms are shifted in time so that the peak channel's minimum lies in the middle.",
  }),

  'spikeLocation.location_algorithm': choice(['monopolar_triangulation', 'center_of_mass'], {
    default: 'monopolar_triangulation',
    about: 'How the position of a unit is found from its peak-to-trough amplitudes.',
  }),
  'spikeLocation.n_nearest_channels': integer(
    { min: 1 },
    { default: 20, about: 'Number of channels nearest to the peak channel that locate a unit.' },
  ),

  'waveformCorrection.n_nearest_channels': integer(
    { min: 1 },
    { default: 38, about: 'Number of channels nearest to the peak channel on which two waveforms are compared.' },
  ),
  'waveformCorrection.linear_correction': flag({
    default: false,
    about: 'Whether the motion may grow linearly with depth; otherwise the probe moves as a whole.',
  }),
  'waveformCorrection.n_templates': integer(
    { min: 1 },
    {
      default: 2,
      about: 'Number of probe positions, spread over the range of the motion, that each waveform is corrected to.',
    },
  ),
  'waveformCorrection.path_to_motion': path(
    'a .npy file',
    { optional: true },
    { default: '', about: 'Motion of each session that is known beforehand, in µm; empty if there is none.' },
  ),

  'autoCorr.window': number({ above: 0, unit: 'ms' }, { default: 300, about: 'Longest lag of the autocorrelogram.' }),
  'autoCorr.binwidth': number({ above: 0, unit: 'ms' }, { default: 1, about: 'Bin width of the autocorrelogram.' }),
  'autoCorr.gaussian_sigma': number(
    { above: 0, unit: 'ms' },
    { default: 5, about: 'Width (standard deviation) of the Gaussian that smooths the autocorrelogram.' },
  ),

  'ISI.window': number(
    { above: 0, unit: 'ms' },
    { default: 100, about: 'Longest inter-spike interval in the histogram.' },
  ),
  'ISI.binwidth': number(
    { above: 0, unit: 'ms' },
    { default: 1, about: 'Bin width of the inter-spike interval histogram.' },
  ),
  'ISI.gaussian_sigma': number(
    { above: 0, unit: 'ms' },
    {
      default: 1,
      about: 'Width (standard deviation) of the Gaussian that smooths the inter-spike interval histogram.',
    },
  ),

  'motionEstimation.features': nameLists(featureNames, {
    default: [
      ['AutoCorr', 'PETH'],
      ['Waveform', 'AutoCorr', 'PETH'],
    ],
    about: 'Features by which units are matched to estimate motion: one list per iteration.',
  }),
  'motionEstimation.max_iter': integer({ min: 1 }, { default: 15, about: 'Largest number of motion iterations.' }),
  'motionEstimation.repeat_last_feature_set': flag({
    default: true,
    absentInFile: false,
    about: 'Whether the last list of features is used again until max_iter; otherwise there is one iteration per list.',
  }),
  'motionEstimation.stop_early': flag({
    default: true,
    absentInFile: false,
    about: 'Whether the motion iterations stop as soon as the number of matched pairs no longer grows.',
  }),

  'clustering.max_distance': number(
    { above: 0, unit: 'µm' },
    {
      default: 100,
      about: 'Largest difference in motion-corrected depth at which two units are compared to learn the weights.',
    },
  ),
  'clustering.features': nameList(featureNames, {
    default: ['Waveform', 'AutoCorr'],
    about: 'Features by which units are matched in the final clustering.',
  }),
  'clustering.n_iter': integer(
    { min: 1 },
    { default: 10, about: "Largest number of rounds in which the features' weights are learned." },
  ),
  'clustering.weight_tol': number(
    { min: 0 },
    { default: 1e-8, about: 'The weights count as learned when their summed change in a round is smaller than this.' },
  ),

  'matching.features': nameList(matchFeatureNames, {
    default: ['AlignedWaveform', 'Location', 'Amplitude', 'AutoCorr', 'ISI', 'FiringRate'],
    about:
      'What the probability that two units are the same neuron is learned from; the waveform (AlignedWaveform) always is. ' +
      'Without AutoCorr, ISI and FiringRate, these can serve to check the matches.',
  }),
  'matching.max_motion': number(
    { above: 0, unit: 'µm' },
    { default: 300, about: 'Largest probe motion between two sessions that is looked for.' },
  ),
  'matching.max_distance': number(
    { above: 0, unit: 'µm' },
    { default: 40, about: 'Largest difference in motion-corrected depth at which two units may be the same neuron.' },
  ),
  'matching.min_probability': number(
    { min: 0.01, max: 0.999 },
    {
      default: 0.5,
      about:
        'Units are joined if they are the same neuron with at least this probability, clusters if their units are on ' +
        'average. More gives fewer false matches, and fewer matches.',
    },
  ),

  'autoCuration.auto_split': flag({
    default: true,
    about: 'Whether clusters are split where no similarity above the learned threshold connects their units.',
  }),

  'outputs.figures': flag({
    default: true,
    about: 'Whether figures of the results are drawn, as PNG and SVG.',
  }),
  'outputs.report': flag({
    default: true,
    about: 'Whether report.html is written: the figures, and every neuron to look at one by one.',
  }),
  'outputs.kilomatch': flag({
    default: false,
    about:
      "Whether the folder Kilomatch is written too: the files of pyKilomatch, pyDANT's predecessor, that have other names or shapes now.",
  }),
} satisfies Record<string, Row>;

/** Dotted path of a setting. */
export type SettingPath = keyof typeof settingsTable;

/** The rows in the order of the table. */
export const settingRows = Object.entries(settingsTable) as [SettingPath, Row][];

/** The rows by their group, "" for keys that are in none; in the order of the table. */
export const settingGroups = new Map<string, [SettingPath, Row][]>();
for (const entry of settingRows) {
  const group = entry[0].includes('.') ? entry[0].split('.')[0]! : '';
  settingGroups.set(group, [...(settingGroups.get(group) ?? []), entry]);
}

/** What to know of a group as a whole: which method makes use of it, where not both do. */
export const groupNotes: Readonly<Record<string, string>> = {
  waveformCorrection: 'n_nearest_channels and linear_correction are for the method "reference" only.',
  motionEstimation: 'For the method "reference" only.',
  clustering: 'For the method "reference" only.',
  matching: 'For the method "probabilistic" only.',
  autoCuration: 'For the method "reference" only.',
};

type Values = { [Path in SettingPath]: (typeof settingsTable)[Path] extends Row<infer Value> ? Value : never };

type FirstKey<Path> = Path extends `${infer Group}.${string}` ? Group : Path;

/** Turns { 'a.b': T } into { a: { b: T } }. */
type Nested<Flat> = {
  [Key in FirstKey<keyof Flat & string>]: Key extends keyof Flat
    ? Flat[Key]
    : Nested<{ [Path in keyof Flat & string as Path extends `${Key}.${infer Rest}` ? Rest : never]: Flat[Path] }>;
};

/** All settings of a run, complete and checked; the keys are those of a settings file. */
export type Settings = Nested<Values>;

/** The features that a run with these settings makes use of. */
export function usedFeatures({ method, motionEstimation, clustering, matching }: Settings): string[] {
  return method === 'reference' ? [...motionEstimation.features, clustering.features].flat() : matching.features;
}

/** Settings of which any may be left out. */
export type PartialSettings = DeepPartial<Settings>;

type DeepPartial<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [Key in keyof T]?: DeepPartial<T[Key]> | undefined }
    : T;
