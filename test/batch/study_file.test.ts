import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

import { readStudy } from '../../lib/batch/study_file.js';
import { writeStudyFile } from '../../lib/batch/study_init.js';
import { temporaryFolder } from '../cli/folder.js';

const folder = temporaryFolder();

function study(text: string): string {
  const file = join(folder.path, 'study.yaml');
  writeFileSync(file, text);
  return file;
}

describe('the file of a study', () => {
  it('lists animals with their recordings; defaults hold where a recording says nothing else', async () => {
    const { output, recordings, warnings } = await readStudy(
      study(`
output: ../out
defaults:
  import: { labels: [good, mua], min_spikes: 50 }
  settings: { clustering: { max_distance: 80 }, outputs: { report: false } }
animals:
  M1:
    - probe: imec0
      sessions: [day1/ks, { folder: day2/ks, recording: /raw/day2.ap.bin }]
      import: { min_spikes: 100 }
    - probe: imec1
      region: CA1/dorsal
      sessions: [day1/ks1]
      settings: { clustering: { max_distance: 60 } }
  7:
    data: seven
`),
    );
    expect(output).toBe(join(folder.path, '../out'));
    expect(warnings).toEqual([]);
    // Names that are numbers come first, as in every JavaScript object.
    const [seven, imec0, imec1] = recordings;
    expect(recordings.map(({ id }) => id)).toEqual(['7', 'M1_imec0', 'M1_imec1_CA1-dorsal']);
    expect(seven!.source.folder).toBe(join(folder.path, 'seven'));
    expect(imec0!.source.description).toMatchObject([
      { folder: join(folder.path, 'day1/ks') },
      { folder: join(folder.path, 'day2/ks'), recording: ['/raw/day2.ap.bin'] },
    ]);
    expect(imec0!.importOptions).toMatchObject({ labels: ['good', 'mua'], minSpikes: 100 });
    expect(imec0!.settings).toEqual({ clustering: { max_distance: 80 }, outputs: { report: false } });
    expect(imec1!.settings).toEqual({ clustering: { max_distance: 60 }, outputs: { report: false } });
  });

  it.each([
    ['nothing', '', 'this is not the description of a study'],
    ['no YAML', 'animals: [', 'this is neither YAML nor JSON'],
    ['no animal', 'animals: {}', 'expected at least one animal'],
    ['an unknown key', 'animals: { M1: { data: a, regoin: CA1 } }', 'animals.M1'],
    ['an animal twice', 'animals:\n  M1: { data: a }\n  M1: { data: b }', 'Map keys must be unique'],
    ['the same place twice', 'animals: { "m/1": { data: a }, M-1: { data: b } }', 'two recordings would go to'],
    ['a probe twice', 'animals: { M1: [{ data: a }, { data: b }] }', 'Tell them apart by "probe" or "region"'],
    [
      'a session of two animals',
      'animals: { M1: { sessions: [a, b] }, M2: { sessions: [c, b] } }',
      'is a session of two animals: of M1 and of M2',
    ],
    ['a session twice', 'animals: { M1: { sessions: [a, a/] } }', 'is there twice'],
    ['results over the input', 'output: .\nanimals: { M1: { data: M1 } }', 'which holds its input'],
    ['results above the input', 'output: .\nanimals: { M1: { sessions: [M1/day1] } }', 'which holds its input'],
    ['a name of its own', 'animals: { Slurm: { data: a } }', 'where the batch keeps its own files'],
    ['neither sessions nor data', 'animals: { M1: [{ probe: a }] }', 'expected one of "sessions"'],
    ['both of them', 'animals: { M1: [{ data: a, sessions: [b] }] }', 'expected one of "sessions"'],
    ['an import of a data folder', 'animals: { M1: [{ data: a, import: { seed: 1 } }] }', 'nothing to import'],
    ['a setting out of range', 'animals: { M1: { data: a, settings: { clustering: { max_distance: -1 } } } }', 'M1: '],
    ['a place among the settings', 'animals: { M1: { data: a, settings: { output_folder: x } } }', 'output_folder'],
  ])('is refused with %s', async (_, text, message) => {
    await expect(readStudy(study(text))).rejects.toThrow(message);
  });

  it('warns of an unknown setting, as a settings file does', async () => {
    const { warnings } = await readStudy(study('animals: { M1: { data: a, settings: { clustring: {} } } }'));
    expect(warnings.join()).toContain('clustring');
  });

  it('that is not there: the message says how to write one', async () => {
    await expect(readStudy(join(folder.path, 'none.yaml'))).rejects.toThrow('"dant study init');
  });
});

describe('dant study init', () => {
  it('finds sessions and data folders, by animal and probe, and never overwrites', async () => {
    const sorter = (path: string) => {
      mkdirSync(join(folder.path, path), { recursive: true });
      writeFileSync(join(folder.path, path, 'spike_times.npy'), '');
    };
    for (const day of ['2024-01-10', '2024-01-9']) {
      for (const probe of ['probe00', 'probe01']) sorter(`lab/Subjects/KS014/${day}/001/alf/${probe}/pykilosort`);
    }
    sorter('lab/Subjects/KS015/2024-01-01/001/alf/probe00');
    mkdirSync(join(folder.path, 'lab/Subjects/old'));
    writeFileSync(join(folder.path, 'lab/Subjects/old/waveform_all.npy'), '');
    const file = join(folder.path, 'lab/study.yaml');
    expect(await writeStudyFile(join(folder.path, 'lab'), file)).toEqual({
      ...{ animals: 3, sessions: 5, dataFolders: 1, iblProbes: 0 },
    });
    const { recordings } = await readStudy(file);
    expect(recordings.map(({ id }) => id)).toEqual(['KS014_probe00', 'KS014_probe01', 'KS015_probe00', 'old']);
    // Numbers in names count as numbers: day 9 before day 10.
    expect(recordings[0]!.source.parts).toEqual(
      [9, 10].map((day) => join(folder.path, `lab/Subjects/KS014/2024-01-${day}/001/alf/probe00/pykilosort`)),
    );
    const before = readFileSync(file, 'utf8');
    await expect(writeStudyFile(join(folder.path, 'lab'), file)).rejects.toThrow('it exists already');
    expect(readFileSync(file, 'utf8')).toBe(before);
    await expect(writeStudyFile(join(folder.path, 'nothing'), file)).rejects.toThrow('found none');
  });
});
