import { dataFolderKind } from './data_folder.js';
import { iblSubjectKind } from './ibl_subject.js';
import { sorterSessionsKind } from './sorter_sessions.js';

/** What the recordings of a study may be made of, by the key in its file. */
export const sourceKinds = {
  sessions: sorterSessionsKind,
  data: dataFolderKind,
  ibl: iblSubjectKind,
};

export type SourceName = keyof typeof sourceKinds;

export const sourceNames = Object.keys(sourceKinds) as SourceName[];
