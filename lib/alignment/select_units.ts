import { join } from 'node:path';

import { requireNumber, requireObject, requireText } from '../arguments.js';
import { argumentError } from '../errors.js';
import { fileError } from '../files/file_error.js';
import { readTextIfThere } from '../files/text_file.js';
import { labelIn, readLabelTables, unsorted } from '../import/labels.js';
import type { ClusterTable } from '../import/tables.js';
import { selectionOf } from './arguments.js';

export interface UnitSelection {
  /** What curation says: good (default), mua, noise; unsorted: it says nothing; null: any */
  group?: string | null | undefined;
  /** By the sorter's own label (KSLabel) instead, which is also used where nothing was curated */
  uncurated?: boolean | undefined;
  /** Depth below the surface, µm: above the first, at most the second. Default: above 0 where the probe's depth is known */
  minDepthUm?: number | null | undefined;
  maxDepthUm?: number | null | undefined;
  /** Median width of the spikes, ms, both ends included; null and 0: not looked at */
  minSpikeWidthMs?: number | null | undefined;
  maxSpikeWidthMs?: number | null | undefined;
  /** What the selection is called in results */
  name?: string | undefined;
}

/** Clusters of a sorting. */
export interface SelectedUnits {
  name: string | undefined;
  /** In the order of the table */
  ids: number[];
}

/** What a selection may need to know of a session. */
export interface UnitFacts {
  /** Of the tip below the surface, µm; undefined: not known */
  probeDepthUm: number | undefined;
  /** Median spike widths in ms of the clusters that are asked for */
  spikeWidths: (ids: readonly number[]) => Promise<ReadonlyMap<number, number>>;
}

/**
 * Chooses the clusters of a sorted folder by `cluster_info.tsv` of phy, or where there is none by the tables of labels. Rejects with DANT_DATA
 * if there is no table, or a depth is asked for that is not known.
 */
export async function selectUnits(sorted: string, selection: UnitSelection, facts: UnitFacts): Promise<SelectedUnits> {
  requireText('sorted', sorted);
  selection = selectionOf(selection);
  requireFacts(facts);
  const { group = 'good', uncurated = false, minDepthUm, maxDepthUm = null, name } = selection;
  const { minSpikeWidthMs, maxSpikeWidthMs = null } = selection;
  const { info, labels } = await clusterTables(sorted);
  let ids = [...info.rows.keys()];
  const wanted = group?.toLowerCase() ?? '';
  const curated = (id: number) => labelIn(labels, 'group', id, (label) => label !== unsorted);
  const sorters = (id: number) => labelIn(labels, 'KSLabel', id, () => true);
  // A sorting that nobody has curated has no groups, or none but unsorted.
  const isCurated = !uncurated && (wanted === unsorted || ids.some((id) => curated(id) !== undefined));
  const labelOf = isCurated ? curated : sorters;
  if (wanted !== '') ids = ids.filter((id) => (labelOf(id) ?? unsorted) === wanted);
  const isDepthAsked = (minDepthUm !== undefined && minDepthUm !== null) || maxDepthUm !== null;
  const { probeDepthUm } = facts;
  if (isDepthAsked || (minDepthUm === undefined && probeDepthUm !== undefined && info.columns.includes('depth'))) {
    if (probeDepthUm === undefined) {
      throw fileError(
        join(sorted, '..', 'depth.txt'),
        'there is no such file, so the depth of units below the surface is not known. Write the depth of the probe’s tip into it, in µm.',
      );
    }
    const lowest = minDepthUm === undefined ? 0 : minDepthUm;
    ids = ids.filter((id) => {
      const text = info.rows.get(id)?.depth ?? '';
      const depth = text === '' ? NaN : probeDepthUm - Number(text);
      if (Number.isNaN(depth)) {
        throw fileError(sorted, `cluster ${id} has no depth in cluster_info.tsv. Open and save the sorting in phy.`);
      }
      return (lowest === null || depth > lowest) && (maxDepthUm === null || depth <= maxDepthUm);
    });
  }
  const least = minSpikeWidthMs ?? 0;
  if (least > 0 || maxSpikeWidthMs !== null) {
    const widths: unknown = await facts.spikeWidths(ids);
    if (!(widths instanceof Map)) throw argumentError('facts.spikeWidths', 'a function that gives a Map', widths);
    ids = ids.filter((id) => {
      const width = (widths as Map<number, number>).get(id) ?? NaN;
      return width >= least && (maxSpikeWidthMs === null || width <= maxSpikeWidthMs);
    });
  }
  return { name, ids };
}

function requireFacts(facts: UnitFacts): void {
  const { probeDepthUm, spikeWidths } = requireObject('facts', facts);
  if (probeDepthUm !== undefined) requireNumber('facts.probeDepthUm', probeDepthUm);
  if (typeof spikeWidths !== 'function') throw argumentError('facts.spikeWidths', 'a function', spikeWidths);
}

/** phy's table of everything, else the one with most clusters. */
async function clusterTables(sorted: string): Promise<{ info: ClusterTable; labels: ClusterTable[] }> {
  const labels = await readLabelTables(sorted);
  const info =
    labels.find(({ columns }) => columns.includes('depth')) ?? [...labels].sort((a, b) => b.rows.size - a.rows.size)[0];
  if (info) return { info, labels };
  throw fileError(
    sorted,
    "can't load cluster info: there is neither cluster_info.tsv nor a table of labels. Was this session sorted?",
  );
}

/** The depth of the probe's tip from `depth.txt`: the number of its first line, µm; undefined: there is no such file. */
export async function readProbeDepth(processed: string): Promise<number | undefined> {
  const path = join(processed, 'depth.txt');
  const text = await readTextIfThere(path);
  if (text === undefined) return undefined;
  const [line = ''] = text.split(/\r?\n/);
  const depth = line.trim() === '' ? NaN : Number(line);
  if (Number.isFinite(depth)) return depth;
  throw fileError(path, `expected the depth of the probe’s tip in µm but found "${line}".`);
}
