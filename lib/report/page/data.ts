import type { PackedType, ReportPage } from '../packed.js';

type Arrays = Record<string, Uint8Array | Int8Array | Uint16Array | Int32Array | Float32Array>;

const constructors: Record<PackedType, new (buffer: ArrayBuffer, offset: number, length: number) => Arrays[string]> = {
  Uint8Array,
  Int8Array,
  Uint16Array,
  Int32Array,
  Float32Array,
};

export function readPage(): ReportPage {
  return JSON.parse(document.getElementById('page')!.textContent) as ReportPage;
}

/** Unpacks a block of arrays; {} if the report has no such block. */
export async function unpack(page: ReportPage, name: string): Promise<Arrays> {
  const block = page.blocks[name];
  const element = document.getElementById(`data-${name}`);
  if (!block || !element) return {};
  const text = atob(element.textContent);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; ++i) bytes[i] = text.charCodeAt(i);
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  const buffer = await new Response(stream).arrayBuffer();
  element.remove();
  return Object.fromEntries(
    Object.entries(block).map(([key, { type, offset, length }]) => [
      key,
      new constructors[type](buffer, offset, length),
    ]),
  );
}

/** Arrays of the block "units" (made in pack.ts); absent ones were not among the results. */
export interface Units {
  cluster: Int32Array;
  clusterBefore?: Int32Array;
  session?: Uint16Array;
  /** The sorter's numbers; of imported data */
  clusterId?: Int32Array;
  depth?: Float32Array;
  motion?: Float32Array;
  amplitude?: Float32Array;
  shank?: Uint16Array;
  channelLocations?: Float32Array;
  neighbours?: Int32Array;
  neighbourSimilarities?: Float32Array;
  clusterSimilarities?: Float32Array;
  /** By cluster − 1 */
  confidence?: Float32Array;
  /** Pairs (Q, 2) */
  splitCandidates?: Int32Array;
  splitProbabilities?: Float32Array;
  /** (R, 2) unit with spikes of a second neuron, and a unit of that neuron */
  mixedUnits?: Int32Array;
  curationPairs: Int32Array;
  curationTypes: Uint8Array;
}
