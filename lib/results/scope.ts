import { concatenate } from '../arrays.js';
import type { Dataset } from '../recording/dataset.js';
import { mapUnits } from '../clustering/members.js';
import type { GroupResult, TrackResult } from '../tracking/result.js';

/** What one folder of results is about: all units, or those of one shank. */
export interface Scope {
  dataset: Dataset;
  result: TrackResult;
  /** (n) units of the folder, by index in the data set */
  units: Int32Array;
  groups: ScopeGroup[];
  /** Whether the folder holds the merged results of a run per shank: one row per shank instead of one for all. */
  merged: boolean;
}

export interface ScopeGroup {
  group: GroupResult;
  /** Place of each unit of the group among the units of the folder. */
  places: Int32Array;
  /** What the folder adds to the group's cluster ids, after and before curation. */
  clusterOffset: number;
  clusterOffsetBeforeCuration: number;
}

/** The folder of the whole run. */
export function rootScope(dataset: Dataset, result: TrackResult): Scope {
  let clusterOffset = 0;
  let clusterOffsetBeforeCuration = 0;
  const groups = result.groups.map((group) => {
    const scopeGroup = { group, places: group.units, clusterOffset, clusterOffsetBeforeCuration };
    clusterOffset += largest(group.labels);
    clusterOffsetBeforeCuration += largest(group.labelsBeforeCuration);
    return scopeGroup;
  });
  const units = Int32Array.from(dataset.sessions, (_, unit) => unit);
  return { dataset, result, units, groups, merged: result.groups[0]?.shank !== undefined };
}

/** The folder of one shank. */
export function shankScope(dataset: Dataset, result: TrackResult, group: GroupResult): Scope {
  const places = Int32Array.from(group.units, (_, i) => i);
  return {
    dataset,
    result,
    units: group.units,
    groups: [{ group, places, clusterOffset: 0, clusterOffsetBeforeCuration: 0 }],
    merged: false,
  };
}

/** The largest label; 0 when there is none. */
export function largest(labels: Int32Array): number {
  return labels.reduce((most, label) => Math.max(most, label), 0);
}

/** (n) labels of the folder's units, made distinct between groups; −1: in no cluster. */
export function scopeLabels(scope: Scope, which: 'labels' | 'labelsBeforeCuration'): Int32Array {
  const labels = new Int32Array(scope.units.length).fill(-1);
  for (const { group, places, ...offsets } of scope.groups) {
    const offset = which === 'labels' ? offsets.clusterOffset : offsets.clusterOffsetBeforeCuration;
    group[which].forEach((label, i) => {
      if (label >= 1) labels[places[i]!] = offset + label;
    });
  }
  return labels;
}

/** Lists of unit indices of the groups, one after the other, as indices of the folder's units. */
export function scopeIndices({ groups, units }: Scope, of: (group: GroupResult) => Int32Array): Int32Array {
  // The only group has the numbering of the folder: nothing to do for lists of millions of pairs.
  if (groups.length === 1 && groups[0]!.places.length === units.length) return of(groups[0]!.group);
  return concatenate(groups.map(({ group, places }) => mapUnits(of(group), places)));
}
