import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { readNpyRows } from '../files/npy_rows.js';
import type { FigureData } from './figures/figure.js';
import { LargeArrays } from './large_arrays.js';
import { loadReportData } from './load.js';
import { ResultFolder } from './result_folder.js';
import { waveformFiles, type ReportWaveforms, type WaveformKind } from './waveforms.js';

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
    const waveforms = waveformPaths(results, data.dataFolder);
    const large = new LargeArrays(data, [...waveforms.keys()]);
    for (const [name, reader] of large.matrices) {
      for await (const block of (await results.rows(name)) ?? []) reader.add(block);
    }
    return { large, waveforms };
  })();
  return {
    figureData: reading.then(({ large }) => large.figureData()),
    waveforms: async () => {
      const { large, waveforms } = await reading;
      return readWaveforms(large, waveforms);
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

async function readWaveforms(large: LargeArrays, files: Map<WaveformKind, string>): Promise<ReportWaveforms> {
  for (const [kind, reader] of large.waveforms) {
    for await (const block of readNpyRows(files.get(kind)!, reader)) reader.add(block);
  }
  return large.reportWaveforms();
}
