import { importBombcell } from '../../import/bombcell/import_bombcell.js';
import { importMatlab } from '../../import/matlab/import_matlab.js';
import { importNwb } from '../../import/nwb/import_nwb.js';
import { importAnalyzers } from '../../import/sorting_analyzer/import_analyzers.js';
import { dataFolderKind } from './data_folder.js';
import { givenFilesKind } from './given_files.js';
import { iblSubjectKind } from './ibl_subject.js';
import { sorterSessionsKind } from './sorter_sessions.js';

const nwbChoices = ['waveform_unit', 'times_unit', 'label_column', 'trials', 'trial_condition'] as const;

/** What the recordings of a study may be made of, by the key in its file. */
export const sourceKinds = {
  sessions: sorterSessionsKind,
  data: dataFolderKind,
  ibl: iblSubjectKind,
  nwb: givenFilesKind('NWB files', importNwb, ...nwbChoices),
  spikeinterface: givenFilesKind('folders of SpikeInterface', importAnalyzers, 'waveform_unit'),
  bombcell: givenFilesKind('folders of a sorter with RawWaveforms of Bombcell', importBombcell, 'uv_per_bit'),
  matlab: givenFilesKind('spikeInfo.mat of MATLAB', importMatlab, 'times_unit'),
};

export type SourceName = keyof typeof sourceKinds;

export const sourceNames = Object.keys(sourceKinds) as SourceName[];
