import { Command, InvalidArgumentError, Option } from 'commander';

import { DantError } from '../errors.js';
import { arrayOf, doubles, numbersOf } from '../import/ibl/alf_object.js';
import { brainRegion } from '../import/ibl/brain_regions.js';
import { loadDrift } from '../import/ibl/load_drift.js';
import type { SpikeSorting } from '../import/ibl/load_spike_sorting.js';
import { firingRateImage } from '../import/ibl/rate_image.js';
import { spikeRaster, type SpikesInDepth } from '../import/ibl/spike_raster.js';
import { firingRateFigure } from '../report/figures/firing_rate.js';
import { spikeRasterFigure, type RegionChannel } from '../report/figures/spike_raster.js';
import { writeFigure } from '../report/write_figure.js';
import { addProbeOptions, loadChosen, type ChosenProbe, type ProbeOptions } from './ibl_probe.js';

interface FigureOptions extends ProbeOptions {
  output: string;
  timeBin: number;
  depthBin: number;
}

/** `dant ibl raster` and `dant ibl rate`. */
export function figureCommands(): Command[] {
  return [
    figureCommand('raster', 'Draw the spikes of a probe over time and depth, with drift and brain regions.', {
      timeBin: 0.01,
      depthBin: 20,
      figure: async (found, { timeBin, depthBin, revision }) => {
        const { sorting, cache } = found;
        const raster = spikeRaster(spikesOf(sorting), { timeBinS: timeBin, depthBinUm: depthBin });
        const clusters = numbersOf(sorting.spikes, 'clusters')!;
        return spikeRasterFigure({
          raster,
          name: nameOf(found),
          spikes: clusters.length,
          clusters: new Set(clusters).size,
          topUm: topOf(sorting),
          drift: await loadDrift(cache, sorting, revision),
          histology: sorting.histology,
          channels: regionsOf(sorting),
        });
      },
    }),
    figureCommand('rate', 'Draw the firing rate of a probe over time and depth.', {
      timeBin: 0.05,
      depthBin: 5,
      figure: (found, { timeBin, depthBin }) => {
        const { sorting } = found;
        const options = { timeBinS: timeBin, depthBinUm: depthBin };
        const image = firingRateImage(spikesOf(sorting), topOf(sorting), options);
        if (image.outside > 0) {
          console.error(
            `Warning: ${image.outside} spikes are below the tip or above the top channel (${topOf(sorting)} µm) and were left out.`,
          );
        }
        return firingRateFigure(image, nameOf(found));
      },
    }),
  ];
}

type Figure = ReturnType<typeof firingRateFigure>;

function figureCommand(
  name: string,
  description: string,
  of: {
    timeBin: number;
    depthBin: number;
    figure: (found: ChosenProbe, options: FigureOptions) => Figure | Promise<Figure>;
  },
): Command {
  return addProbeOptions(new Command(name))
    .description(description)
    .requiredOption('-o, --output <file>', 'the new file: .png, .svg, or .html for a page')
    .addOption(binOption('--time-bin <s>', 'Seconds of a bin.', of.timeBin))
    .addOption(binOption('--depth-bin <µm>', 'Depth of a bin.', of.depthBin))
    .action(async (folder: string, { output, timeBin, depthBin, ...options }: FigureOptions) => {
      const found = await loadChosen(folder, options);
      const figure = await of.figure(found, { output, timeBin, depthBin, ...options });
      const { session, sorting } = found;
      await writeFigure(output, figure, [
        { label: 'Subject', value: session.subject },
        { label: 'Sorter', value: sorting.collection!.split('/')[2] ?? 'Kilosort 2.5' },
        { label: 'Spikes', value: numbersOf(sorting.spikes, 'clusters')!.length.toLocaleString('en') },
        { label: 'Clusters', value: String(new Set(numbersOf(sorting.spikes, 'clusters')).size) },
        { label: 'Brain locations', value: sorting.histology ?? 'none' },
      ]);
      console.log(`Wrote ${output}.`);
    });
}

function binOption(flags: string, about: string, value: number): Option {
  return new Option(flags, `${about} Default: ${value}.`).default(value, String(value)).argParser((text) => {
    if (!(Number(text) > 0)) throw new InvalidArgumentError('Expected a number above 0.');
    return Number(text);
  });
}

function spikesOf({ spikes, session, collection }: SpikeSorting): SpikesInDepth {
  const times = numbersOf(spikes, 'times') ?? new Float64Array();
  const depths = numbersOf(spikes, 'depths');
  if (depths?.length !== times.length) {
    throw new DantError(
      'DANT_DATA',
      `${session.folder}: ${collection}/spikes.depths is ${depths ? 'of another length than spikes.times' : 'missing'}; spikes cannot be drawn without.`,
    );
  }
  return {
    timesS: doubles(times),
    depthsUm: depths instanceof Float32Array ? depths : doubles(depths),
  };
}

/** Depth of the top channel. */
function topOf({ channels }: SpikeSorting): number {
  const pairs = numbersOf(channels, 'localCoordinates');
  const depths = pairs ? Array.from(pairs).filter((_, i) => i % 2 === 1) : Array.from(numbersOf(channels, 'axial_um')!);
  return Math.max(...depths);
}

function regionsOf({ channels }: SpikeSorting): RegionChannel[] {
  const depths = numbersOf(channels, 'axial_um');
  const ids = arrayOf(channels, 'atlas_id')?.data;
  if (!depths || !ids) return [];
  return Array.from(depths, (depthUm, c) => ({ depthUm, ...brainRegion(Number(ids[c])) }));
}

/** "2024-05-01_1_SIM01_probe00, pid", as the International Brain Laboratory calls it. */
function nameOf({ session: { date, number, subject }, probe, pid }: ChosenProbe): string {
  return [`${date}_${number}_${subject}_${probe}`, pid].filter(Boolean).join(', ');
}
