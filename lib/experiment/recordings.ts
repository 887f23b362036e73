import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { parseRawName, type ProbePart, type RawName } from './file_names.js';
import { findPoses, findRegions } from './poses.js';
import type { Camera, SessionFile, SessionRecording } from './session.js';

type ProbeName = Extract<RawName, { kind: 'probe' }>;
type Band = Partial<Record<ProbePart, SessionFile>>;

/**
 * The recordings of a session from its files: one for each gate, trigger and probe. A behaviour file belongs to a run (gate and
 * trigger): there are as many, which pair in order, or there is one for all.
 * @param session Name of its folder
 * @param processed Where sorted folders and coordinates are looked for
 */
export function groupRecordings(
  files: ReadonlyMap<string, SessionFile>,
  session: string,
  processed: string,
): { recordings: SessionRecording[]; findings: string[] } {
  const findings: string[] = [];
  const named = [...files.values()].flatMap((file) => {
    const name = parseRawName(file.name);
    return name ? [{ file, name }] : [];
  });
  const probes = new Map<string, { name: ProbeName; ap: Band; lf: Band }>();
  const prefixes = [...new Set([session, session.split('_').slice(0, 2).join('_')])];
  for (const { file, name } of named) {
    if (name.kind !== 'probe') continue;
    if (!prefixes.includes(name.prefix)) {
      findings.push(`${file.name} was left out: its name does not begin with ${prefixes.join(' or ')}.`);
      continue;
    }
    const key = [name.gate, name.trigger, name.probe].join(' ');
    let group = probes.get(key);
    if (!group) probes.set(key, (group = { name, ap: {}, lf: {} }));
    // Of a file that is there both as .bin and .cbin, the one that needs no unpacking
    if (group[name.band][name.part] === undefined || file.name.endsWith('.bin')) group[name.band][name.part] = file;
  }
  const groups = [...probes.values()].sort(
    ({ name: a }, { name: b }) => a.gate - b.gate || a.trigger - b.trigger || a.probe - b.probe,
  );
  const runs = [...new Set(groups.map(({ name }) => `${name.gate} ${name.trigger}`))];
  const behaviours = named
    .filter(({ name }) => name.kind === 'behaviour')
    .sort(({ name: a }, { name: b }) => (a as { number: number }).number - (b as { number: number }).number);
  if (behaviours.length > 1 && behaviours.length !== runs.length) {
    findings.push(
      `there are ${behaviours.length} behaviour files but ${runs.length} runs (gate and trigger): it cannot be told which belongs to which. ` +
        'None is used; keep one for each run, or a single one, in the raw folder.',
    );
  } else if (behaviours.length === 1 && runs.length > 1) {
    findings.push(`${behaviours[0]!.file.name} is the only behaviour file: all ${runs.length} runs use it.`);
  } else if (behaviours.length === 0) findings.push('there is no behaviour file.');
  const streams = [...new Set(groups.map(({ name }) => name.probe))].sort((a, b) => a - b);
  const regions = findRegions(processed);
  const recordings = groups.map(({ name, ap, lf }, index): SessionRecording => {
    const run = runs.indexOf(`${name.gate} ${name.trigger}`);
    const behaviour =
      behaviours.length === 1 ? behaviours[0] : behaviours.length === runs.length ? behaviours[run] : undefined;
    const what = `recording ${index} (g${name.gate}, t${name.trigger}, imec${name.probe})`;
    for (const [part, missing] of [
      [ap.bin, 'AP data'],
      [ap.meta, 'AP metadata (.ap.meta)'],
      [lf.bin && !lf.meta ? undefined : name, 'LFP metadata (.lf.meta)'],
      [!lf.bin && lf.meta ? undefined : name, 'LFP data, though their .lf.meta is there'],
    ] as const) {
      if (part === undefined) findings.push(`${what} has no ${missing}.`);
    }
    const cameras = behaviour ? camerasOf(behaviour.file, named) : [];
    return {
      index,
      gate: name.gate,
      trigger: name.trigger,
      probe: name.probe,
      apBin: ap.bin,
      apMeta: ap.meta,
      apCh: ap.ch,
      lfBin: lf.bin,
      lfMeta: lf.meta,
      lfCh: lf.ch,
      behaviour: behaviour?.file,
      cameras,
      poses: findPoses(processed, cameras),
      regions,
      sorted: sortedFolder(processed, streams.indexOf(name.probe)),
    };
  });
  return { recordings, findings };
}

function camerasOf(behaviour: SessionFile, named: readonly { file: SessionFile; name: RawName }[]): Camera[] {
  const stem = behaviour.name.replace(/\.tdms$/, '');
  const own = named.flatMap(({ file, name }) =>
    name.kind === 'camera' && name.behaviour === stem ? [{ file, ...name }] : [],
  );
  return own
    .filter(({ isMeta }) => !isMeta)
    .map(({ file, camera }) => ({
      name: camera,
      data: file,
      meta: own.find((other) => other.isMeta && other.camera === camera)?.file,
    }));
}

/** Of the k-th probe; that of CatGT's output comes first, as in the pipeline it was sorted last. */
function sortedFolder(processed: string, stream: number): string | undefined {
  const names = [`sorted_stream_cat_${stream}`, `sorted_stream_${stream}`];
  return names.map((name) => join(processed, name)).find((folder) => existsSync(join(folder, 'spike_times.npy')));
}
