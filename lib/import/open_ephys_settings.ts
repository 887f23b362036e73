import { basename, dirname, join } from 'node:path';

import { readTextIfThere } from '../files/text_file.js';
import type { Site } from './sites.js';

/** What settings.xml says about the probe of a stream. */
export interface OpenEphysProbe {
  part: string | undefined;
  serialNumber: string | undefined;
  /** (C); undefined: not told in a way that is certain */
  sites: Site[] | undefined;
}

/**
 * Reads the probe of a stream from the settings.xml of the record node (settings_2.xml: of its second experiment). Undefined: there is
 * no such file, or it names no probe, or several and none as the stream is called. Rejects if the file cannot be read.
 * @param structure Path of structure.oebin
 * @param stream Name of the stream's folder
 * @param channels Names of the neural channels, in the order of the columns
 */
export async function readOpenEphysProbe(
  structure: string,
  stream: string,
  channels: readonly string[],
): Promise<OpenEphysProbe | undefined> {
  const experiment = dirname(dirname(structure));
  const number = /^experiment(\d+)$/.exec(basename(experiment))?.[1] ?? '1';
  const path = join(dirname(experiment), number === '1' ? 'settings.xml' : `settings_${number}.xml`);
  const text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  const probes = [...text.matchAll(/<NP_PROBE\b([^>]*)>([\s\S]*?)<\/NP_PROBE>/g)].map(([, own, content]) => ({
    own: attributes(own!),
    content: content!,
  }));
  const named = probes.filter(({ own }) => {
    const name = own.get('custom_probe_name') ?? own.get('probe_name');
    return name !== undefined && name !== '' && stream.includes(name);
  });
  const probe = probes.length === 1 ? probes[0] : named.length === 1 ? named[0] : undefined;
  if (probe === undefined) return undefined;
  const { own, content } = probe;
  const version = /<VERSION>\s*([\d.]+)/.exec(text)?.[1] ?? '';
  return {
    part: own.get('probe_part_number') ?? own.get('probePartNumber'),
    serialNumber: own.get('probe_serial_number') ?? own.get('probeSerialNumber'),
    sites: sitesOf(content, channels, Number(version.split('.')[1]) >= 6 || Number(version.split('.')[0]) >= 1),
  };
}

/** By the names of the channels: in the file they are in any order, such as CH0, CH1, CH10, CH2. */
function sitesOf(content: string, channels: readonly string[], isRecent: boolean): Site[] | undefined {
  const table = (name: string) => attributes(new RegExp(`<${name}\\b([^>]*)>`).exec(content)?.[1] ?? '');
  const [banks, x, y] = [table('CHANNELS'), table('ELECTRODE_XPOS'), table('ELECTRODE_YPOS')];
  const numbers = channels.map((name) => Number(/^(?:CH|AP)(\d+)$/.exec(name)?.[1] ?? NaN));
  // Names that count from 1 are others than those in the settings.
  if (!numbers.includes(0) && !channels.every((name) => name.startsWith('CH'))) return undefined;
  const sites = numbers.map((number) => ({
    shank: Number(banks.get(`CH${number}`)?.split(':')[1] ?? 0),
    x: Number(x.get(`CH${number}`) ?? NaN),
    y: Number(y.get(`CH${number}`) ?? NaN),
  }));
  if (sites.some((site) => Number.isNaN(site.shank + site.x + site.y))) return undefined;
  // Before 0.6, positions of several shanks were wrong.
  return isRecent || sites.every(({ shank }) => shank === 0) ? sites : undefined;
}

function attributes(text: string): Map<string, string> {
  return new Map([...text.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)].map((m) => [m[1]!, m[2] ?? m[3]!]));
}
