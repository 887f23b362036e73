import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { readNpy } from '../../../lib/files/npy.js';
import { toFloat64 } from '../../../lib/files/convert.js';
import type { AlfArray } from '../../../lib/import/ibl/alf_object.js';

/** A small ONE cache, and what ibllib 4.1.0's SpikeSortingLoader makes of it. They stand beside the project. */
export const iblFixtures = fileURLToPath(new URL('../../../../shared/fixtures/ibl', import.meta.url));
export const haveIblFixtures = existsSync(iblFixtures);
export const oneCache = join(iblFixtures, 'one_cache');

interface Case {
  session: string;
  pname: string;
  kwargs: {
    spike_sorter?: string;
    revision?: string;
    enforce_version?: boolean;
    dataset_types?: string[];
    good_units?: boolean;
    namespace?: string;
  };
  collection: string;
  collections: string[];
  histology: string | null;
  files: Record<string, string[]>;
  spikes: Record<string, unknown>;
  clusters: Record<string, { kind?: string; rows?: number; shape?: number[] }>;
  channels: Record<string, unknown>;
  merged?: Record<string, unknown>;
  error?: string;
}

export interface Index {
  cases: Record<string, Case>;
  images: Record<string, { vmax_driftmap: number; clim: [number, number]; t_bin: number; d_bin: number }>;
  one_tables: {
    refs: string[];
    eids: string[];
    list_revisions: Record<string, string[]>;
    list_collections_spikes: Record<string, string[]>;
  };
  names: Record<string, Record<string, string | null> | null>;
}

export const iblIndex = () => JSON.parse(readFileSync(join(iblFixtures, 'expected/index.json'), 'utf8')) as Index;

/** An array that ibllib gave, "s1_default/spikes.times". */
export async function expectedArray(name: string): Promise<AlfArray> {
  const path = join(iblFixtures, 'expected', name);
  if (existsSync(`${path}.npy`)) {
    const { data, shape } = await readNpy(`${path}.npy`);
    return { data: Array.isArray(data) ? data : toFloat64(path, data), shape };
  }
  const data = JSON.parse(readFileSync(`${path}.json`, 'utf8')) as string[];
  return { data, shape: [data.length] };
}
