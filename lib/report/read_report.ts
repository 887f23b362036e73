import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { readNpyRows } from '../files/npy_rows.js';
import type { MatrixContent } from './matrix_content.js';
import { LargeMatrices } from './large_matrices.js';
import { loadReportData } from './load.js';
import type { ReportData } from './report_data.js';
import { ResultFolder } from '../results/result_folder.js';
import { waveformFiles, WaveformPacker, type ReportWaveforms, type WaveformKind } from './waveforms.js';

/** What a report is drawn from: one comes after the other. */
export interface ReportContent {
  data: Promise<ReportData>;
  matrices: Promise<MatrixContent>;
  /** For the report, not for the figures. */
  waveforms: () => Promise<ReportWaveforms>;
}

/** Reads all that a folder of results has for a report. `data` rejects with DANT_DATA if it holds no results. */
export function readReport(folder: string, dataFolder: string | undefined): ReportContent {
  const results = new ResultFolder(folder);
  const data = loadReportData(results, { dataFolder });
  const matrices = data.then((known) => readMatrices(results, known));
  // Told by `data`
  matrices.catch(() => undefined);
  return {
    data,
    matrices,
    waveforms: async () => {
      await matrices;
      const known = await data;
      return readWaveforms(known, waveformPaths(results, known.dataFolder));
    },
  };
}

async function readMatrices(results: ResultFolder, data: ReportData): Promise<MatrixContent> {
  const matrices = new LargeMatrices(data);
  for (const [name, reader] of matrices.readers) {
    for await (const block of (await results.rows(name)) ?? []) reader.add(block);
  }
  return matrices.content();
}

function waveformPaths({ path }: ResultFolder, dataFolder: string | undefined): Map<WaveformKind, string> {
  const first = (places: readonly string[]) => places.find((place) => existsSync(place));
  const recorded = first([
    join(path, `${waveformFiles.recorded}.npy`),
    ...(dataFolder === undefined ? [] : [join(dataFolder, 'waveform_all.npy')]),
  ]);
  const corrected = first([join(path, `${waveformFiles.corrected}.npy`)]);
  const files = Object.entries({ recorded, corrected }) as [WaveformKind, string | undefined][];
  return new Map(files.filter((entry): entry is [WaveformKind, string] => entry[1] !== undefined));
}

async function readWaveforms(data: ReportData, files: Map<WaveformKind, string>): Promise<ReportWaveforms> {
  const packer = new WaveformPacker(data, [...files.keys()]);
  for (const [kind, reader] of packer.readers) {
    for await (const block of readNpyRows(files.get(kind)!, reader)) reader.add(block);
  }
  return packer.result();
}
