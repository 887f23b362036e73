import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { readNpyRows } from '../files/npy_rows.js';
import type { FigureData } from './figures/figure.js';
import { LargeMatrices } from './large_matrices.js';
import { loadReportData } from './load.js';
import type { ReportData } from './report_data.js';
import { ResultFolder } from './result_folder.js';
import { waveformFiles, WaveformPacker, type ReportWaveforms, type WaveformKind } from './waveforms.js';

/** What a report is drawn from. */
export interface ReportContent {
  figureData: Promise<FigureData>;
  /** For the report, not for the figures; may come later than the rest. */
  waveforms: () => Promise<ReportWaveforms>;
}

/** Reads all that a folder of results has for a report. `figureData` rejects with DANT_DATA if it holds no results. */
export function readReport(folder: string, dataFolder: string | undefined): ReportContent {
  const results = new ResultFolder(folder);
  const reading = (async () => {
    const data = await loadReportData(results, { dataFolder });
    const matrices = new LargeMatrices(data);
    for (const [name, reader] of matrices.readers) {
      for await (const block of (await results.rows(name)) ?? []) reader.add(block);
    }
    return { data, matrices };
  })();
  return {
    figureData: reading.then(({ matrices }) => matrices.figureData()),
    waveforms: async () => {
      const { data } = await reading;
      return readWaveforms(data, waveformPaths(results, data.dataFolder));
    },
  };
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
