import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { DantError } from '../../lib/errors.js';
import { settingsPage } from '../../lib/settings/docs.js';
import { completeSettings, defaultSettings, loadSettings, parseSettings } from '../../lib/settings/index.js';
import { resolvePath } from '../../lib/settings/resolve_path.js';
import { settingRows, type PartialSettings } from '../../lib/settings/table.js';
import { settingsTemplate } from '../../lib/settings/template.js';

/** Specification, section 12, and our own keys `method`, `seed`, `shanks` and `matching`. */
const defaults = {
  path_to_data: '.',
  output_folder: 'DANT_Output',
  save_intermediate_results: true,
  method: 'probabilistic',
  n_jobs: -1,
  seed: 0,
  shanks: 'separate',
  centering_waveforms: false,
  spikeLocation: { location_algorithm: 'monopolar_triangulation', n_nearest_channels: 20 },
  waveformCorrection: { n_nearest_channels: 38, linear_correction: false, n_templates: 2, path_to_motion: '' },
  autoCorr: { window: 300, binwidth: 1, gaussian_sigma: 5 },
  ISI: { window: 100, binwidth: 1, gaussian_sigma: 1 },
  motionEstimation: {
    features: [
      ['AutoCorr', 'PETH'],
      ['Waveform', 'AutoCorr', 'PETH'],
    ],
    max_iter: 15,
    repeat_last_feature_set: true,
    stop_early: true,
  },
  clustering: { max_distance: 100, features: ['Waveform', 'AutoCorr'], n_iter: 10, weight_tol: 1e-8 },
  matching: {
    features: ['AlignedWaveform', 'Location', 'Amplitude', 'AutoCorr', 'ISI', 'FiringRate'],
    max_motion: 300,
    max_distance: 40,
    min_probability: 0.5,
  },
  autoCuration: { auto_split: true },
  outputs: { figures: true, report: true, kilomatch: false },
};

const parse = (content: string | object, assignments: string[] = []) =>
  parseSettings(typeof content === 'string' ? content : JSON.stringify(content), 'settings.json', assignments);

/** The lines of the message that the settings are refused with. */
function refusal(content: string | object, assignments: string[] = []): string[] {
  try {
    parse(content, assignments);
  } catch (error) {
    expect(error).toBeInstanceOf(DantError);
    expect((error as DantError).code).toBe('DANT_SETTINGS');
    return (error as DantError).message.split('\n').map((line) => line.trim());
  }
  throw new Error('These settings were not refused.');
}

describe('defaults', () => {
  it('are those of the specification', () => {
    expect(defaultSettings()).toEqual(defaults);
  });

  it('are a copy each time', () => {
    defaultSettings().clustering.features.push('ISI');
    expect(defaultSettings()).toEqual(defaults);
  });

  it('differ for keys that a settings file lacks, as in the reference', () => {
    const { settings, warnings } = parse('{}');
    expect(warnings).toEqual([]);
    expect(settings).toEqual({
      ...defaults,
      method: 'reference',
      motionEstimation: {
        ...defaults.motionEstimation,
        max_iter: 2,
        repeat_last_feature_set: false,
        stop_early: false,
      },
    });
  });

  it('of max_iter depend on the repetition of the last feature set', () => {
    const features = Array.from({ length: 17 }, () => ['AutoCorr']);
    const maxIter = (motionEstimation: object, assignments: string[] = []) =>
      parse({ motionEstimation }, assignments).settings.motionEstimation.max_iter;
    expect(maxIter({ features })).toBe(17);
    expect(maxIter({ features, repeat_last_feature_set: true })).toBe(15);
    expect(maxIter({ features }, ['motionEstimation.repeat_last_feature_set=true'])).toBe(15);
    expect(maxIter({ features, max_iter: 3 })).toBe(3);
    expect(
      completeSettings({ motionEstimation: { repeat_last_feature_set: false } }).settings.motionEstimation,
    ).toEqual({ ...defaults.motionEstimation, repeat_last_feature_set: false, max_iter: 2 });
  });

  it('fill what library users leave out, and undefined counts as left out', () => {
    const partial: PartialSettings = { seed: 7, n_jobs: undefined, clustering: { features: ['ISI'] }, ISI: undefined };
    const { settings, warnings } = completeSettings(partial);
    expect(settings).toEqual({ ...defaults, seed: 7, clustering: { ...defaults.clustering, features: ['ISI'] } });
    expect(warnings).toEqual([]);
  });
});

describe('a settings file', () => {
  it('may hold comments, trailing commas and a byte order mark', () => {
    const text = '\uFEFF// mine\n{ /* far */ "clustering": { "max_distance": 80, }, // end\n "n_jobs": 2, }\n';
    const { settings, warnings } = parse(text);
    expect(settings.clustering.max_distance).toBe(80);
    expect(settings.n_jobs).toBe(2);
    expect(warnings).toEqual([]);
  });

  it('may have null for an optional path', () => {
    expect(parse('{"waveformCorrection": {"path_to_motion": null}}').settings.waveformCorrection.path_to_motion).toBe(
      '',
    );
  });

  it('with a syntax error is refused with line and column', () => {
    expect(refusal('{\n  "n_jobs": 2\n  "seed": 1\n}')).toEqual([
      'settings.json:3:3: expected a comma before this.',
      '"seed": 1',
      '^',
    ]);
    expect(refusal('{ "path_to_data": "C:\\Users" }')[0]).toMatch(
      /^settings\.json:1:19: .*write \\ in a path as \\\\ or \//,
    );
    expect(refusal(' \n')[0]).toMatch(/^settings\.json is empty/);
    expect(refusal('[1]')[0]).toBe('Expected settings.json to be an object, { … }, but found [1].');
  });

  it('shows the neighbourhood of a mistake in a very long line', () => {
    const [, excerpt, caret] = refusal(`{ "output_folder": "${'x'.repeat(5000)}" 5 }`);
    expect(excerpt!.length).toBeLessThanOrEqual(100);
    expect(excerpt).toContain('" 5 }');
    expect(caret).toBe('^');
  });

  it('with unknown keys is read with warnings that name the nearest key', () => {
    const content = {
      max_distance: 5,
      clusterring: {},
      autocorr: { window: 1 },
      clustering: { maxDistance: 3 },
      kilosortFolder: 'x',
      __proto: 1,
    };
    const { settings, warnings } = parse(content);
    expect(settings.clustering).toEqual(defaults.clustering);
    expect(warnings).toEqual([
      'settings.json: unknown key max_distance is ignored; did you mean clustering.max_distance?',
      'settings.json: unknown key clusterring is ignored; did you mean clustering?',
      'settings.json: unknown key autocorr is ignored; did you mean autoCorr?',
      'settings.json: unknown key clustering.maxDistance is ignored; did you mean clustering.max_distance?',
      'settings.json: unknown key kilosortFolder is ignored.',
      'settings.json: unknown key __proto is ignored.',
    ]);
  });

  it('with a key twice is read with a warning', () => {
    const { settings, warnings } = parse('{"ISI": {"window": 50, "window": 60}}');
    expect(settings.ISI.window).toBe(60);
    expect(warnings).toEqual(['settings.json: ISI.window stands in the file more than once; the last one counts.']);
  });

  it('with one flat list of motion features is read as one feature set, with a warning', () => {
    const { settings, warnings } = parse({ motionEstimation: { features: ['Waveform', 'AutoCorr'] } });
    expect(settings.motionEstimation.features).toEqual([['Waveform', 'AutoCorr']]);
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/^settings\.json: motionEstimation\.features is one list/);
  });

  it('is refused with all its wrong values at once', () => {
    const content = {
      n_jobs: -2,
      seed: 1.5,
      shanks: 'seperate',
      centering_waveforms: 'true',
      path_to_data: '',
      output_folder: 'C:\temp',
      autoCorr: { window: null },
      ISI: 3,
      motionEstimation: { features: [['waveform'], 'ISI', []] },
      clustering: { max_distance: '100', features: ['Waveform', 'Foo', 'Waveform'], n_iter: 0 },
    };
    const names = '"Waveform", "AutoCorr", "ISI" or "PETH"';
    expect(refusal(content)).toEqual([
      '14 settings in settings.json cannot be used:',
      'path_to_data: expected the path of a folder, in quotes, found "".',
      'output_folder: expected a path without tabs or line breaks (write \\ as \\\\ or as /), found "C:\\temp".',
      'n_jobs: expected an integer of at least 1, or -1, found -2.',
      'seed: expected an integer from 0 to 4294967295, found 1.5.',
      'shanks: expected "separate" or "together", found "seperate". Did you mean "separate"?',
      'centering_waveforms: expected true or false, found "true". Write true without quotes.',
      'autoCorr.window: expected a number above 0 ms, found null. Leave the key out for its default.',
      `motionEstimation.features[0][0]: expected ${names}, found "waveform". Did you mean "Waveform"?`,
      'motionEstimation.features[1]: expected a list such as ["Waveform", "AutoCorr"], found "ISI".',
      'motionEstimation.features[2]: expected a list such as ["Waveform", "AutoCorr"], found [].',
      'clustering.max_distance: expected a number above 0 µm, found "100". Write 100 without quotes.',
      `clustering.features[1]: expected ${names}, found "Foo".`,
      'clustering.n_iter: expected an integer of at least 1, found 0.',
      'ISI: expected a group of settings, { … }, found 3.',
    ]);
    expect(refusal({ seed: -1, sead: 3 })[2]).toBe(
      'Warning: settings.json: unknown key sead is ignored; did you mean seed?',
    );
    expect(refusal({ clustering: { features: ['ISI', 'ISI'] } })[1]).toBe(
      'clustering.features: expected each feature only once, found ["ISI","ISI"].',
    );
  });

  it('is refused when its settings contradict each other', () => {
    const lines = refusal({
      autoCorr: { window: 5, binwidth: 10 },
      ISI: { window: 100, binwidth: 1e-6 },
      waveformCorrection: { path_to_motion: 'motion.npy' },
    });
    expect(lines[1]).toMatch(/^autoCorr\.binwidth: expected at most autoCorr\.window \(5 ms\).*found 10 ms\.$/);
    expect(lines[2]).toMatch(/^ISI\.binwidth: .*at least window \/ 100000, found 0\.000001 ms\.$/);
    expect(lines[3]).toMatch(/^motionEstimation\.features: expected "Waveform" in the first list/);
    expect(lines).toHaveLength(4);
  });

  const golden = '../shared/golden';
  it.skipIf(!existsSync(golden))("of the reference's golden sets works unchanged", () => {
    const folders = readdirSync(golden).filter((name) => existsSync(join(golden, name, 'data/settings.json')));
    expect(folders.length).toBeGreaterThan(0);
    for (const folder of folders) {
      const text = readFileSync(join(golden, folder, 'data/settings.json'), 'utf8');
      const { settings, warnings } = parse(text);
      expect(warnings).toEqual([]);
      expect(settings).toEqual({
        method: 'reference',
        seed: 0,
        shanks: 'separate',
        matching: defaults.matching,
        outputs: { figures: true, report: true, kilomatch: false },
        ...(JSON.parse(text) as object),
      });
    }
  });
});

describe('assignments of the command line', () => {
  it('count as if they stood in the file; the last one wins', () => {
    const { settings } = parse({ clustering: { max_distance: 50 } }, [
      'clustering.max_distance=70',
      'clustering.max-distance=80',
      'clustering.features=Waveform, ISI',
      'motionEstimation.features=AutoCorr;Waveform,AutoCorr',
      'autoCuration.auto_split=false',
      'spikeLocation.location_algorithm=center_of_mass',
      'n_jobs=-1',
    ]);
    expect(settings.clustering).toMatchObject({ max_distance: 80, features: ['Waveform', 'ISI'] });
    expect(settings.motionEstimation.features).toEqual([['AutoCorr'], ['Waveform', 'AutoCorr']]);
    expect(settings.autoCuration.auto_split).toBe(false);
    expect(settings.spikeLocation.location_algorithm).toBe('center_of_mass');
  });

  it('may be JSON, whose quotes a shell may have taken', () => {
    const { settings } = parse({}, ['clustering.features=["PETH"]', 'motionEstimation.features=[["ISI"],["PETH"]]']);
    expect(settings.clustering.features).toEqual(['PETH']);
    const { clustering, motionEstimation } = parse({}, [
      'clustering.features=[Waveform, ISI]',
      'motionEstimation.features=[[AutoCorr],[Waveform,PETH]]',
    ]).settings;
    expect(clustering.features).toEqual(['Waveform', 'ISI']);
    expect(motionEstimation.features).toEqual([['AutoCorr'], ['Waveform', 'PETH']]);
    expect(settings.motionEstimation.features).toEqual([['ISI'], ['PETH']]);
  });

  it('have paths relative to the working directory', () => {
    const { settings } = parse({ path_to_data: 'a' }, ['output_folder=here', 'waveformCorrection.path_to_motion=']);
    expect(settings.path_to_data).toBe('a');
    expect(settings.output_folder).toBe(join(process.cwd(), 'here'));
    expect(settings.waveformCorrection.path_to_motion).toBe('');
  });

  it('are refused in the same words', () => {
    expect(refusal({}, ['clustering.max_distance=-5', 'clustering.features=waveform', 'seed=abc'])).toEqual([
      '3 settings in settings.json cannot be used:',
      'seed (command line): expected an integer from 0 to 4294967295, found "abc".',
      'clustering.max_distance (command line): expected a number above 0 µm, found -5.',
      'clustering.features[0] (command line): expected "Waveform", "AutoCorr", "ISI" or "PETH", found "waveform". ' +
        'Did you mean "Waveform"?',
    ]);
    expect(refusal({}, ['clustering.max_dist=5'])[0]).toBe(
      'There is no setting clustering.max_dist (from "clustering.max_dist=5"); did you mean clustering.max_distance?',
    );
    expect(refusal({}, ['zzz=5'])[0]).toMatch(/"dant run --help" lists all settings\.$/);
    expect(refusal({}, ['seed'])[0]).toBe('Expected key=value, such as clustering.max_distance=80, found "seed".');
  });
});

describe('paths', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'dant-settings-'));
  });
  afterAll(() => {
    rmSync(folder, { recursive: true });
  });

  it('of a file are relative to its folder', async () => {
    const content = { path_to_data: '..\\data\\a', waveformCorrection: { path_to_motion: './motion.npy' } };
    const motionEstimation = { features: [['Waveform']] };
    writeFileSync(join(folder, 'settings.json'), JSON.stringify({ ...content, motionEstimation }));
    for (const path of [folder, join(folder, 'settings.json')]) {
      const { settings, file } = await loadSettings(path);
      expect(file).toBe(join(folder, 'settings.json'));
      expect(settings.path_to_data).toBe(join(folder, '../data/a'));
      expect(settings.output_folder).toBe(join(folder, 'DANT_Output'));
      expect(settings.waveformCorrection.path_to_motion).toBe(join(folder, 'motion.npy'));
    }
  });

  it.skipIf(process.platform === 'win32')('of other systems are understood or refused', () => {
    expect(resolvePath('/a\\b/c', '/x')).toBe('/a\\b/c');
    expect(resolvePath('a\\b', '/x')).toBe('/x/a/b');
    expect(resolvePath('~', '/x')).toBe(homedir());
    expect(resolvePath('~/a/b', '/x')).toBe(`${homedir()}/a/b`);
    expect(resolvePath('~a/b', '/x')).toBe('/x/~a/b');
    expect(() => resolvePath('D:\\data', '/x')).toThrow(/Windows path "D:\\data"/);
    expect(() => resolvePath('\\\\server\\data', '/x')).toThrow(/Windows path/);
  });

  it('that lead to no file are refused with advice', async () => {
    await expect(loadSettings(join(folder, 'none.json'))).rejects.toThrow(
      `There is no settings file ${join(folder, 'none.json')}. "dant init ${folder}" writes one.`,
    );
  });
});

describe('written settings', () => {
  it('of the template are read back as they were, with every key', () => {
    const changed = completeSettings({
      path_to_data: 'a, "b"\\c',
      motionEstimation: { features: [['Waveform', 'ISI']] },
      clustering: { weight_tol: 1e-12 },
    }).settings;
    const text = settingsTemplate(changed);
    expect(parse(text)).toEqual({ settings: changed, warnings: [] });
    for (const [, row] of settingRows) expect(text).toContain(`// ${row.about}`);
  });

  it('page docs/settings.md is current (npm run docs:settings)', () => {
    expect(readFileSync('docs/settings.md', 'utf8')).toBe(settingsPage());
  });
});
