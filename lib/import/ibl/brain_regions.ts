import { requireNumber } from '../../arguments.js';
import { allenRegions } from './allen_regions.js';

/** A region of the Allen Institute's mouse brain atlas. */
export interface BrainRegion {
  /** Of the atlas, without the sign that tells the hemisphere */
  id: number;
  acronym: string;
  /** "#rrggbb" */
  color: string;
}

/** For what no atlas knows. */
const unknownRegion = { acronym: 'unknown', color: '#cccccc' };

let regions: Map<number, BrainRegion> | undefined;

/** The region with this id; negative ids are those of the left hemisphere. An id that the atlas has not is `unknown`. */
export function brainRegion(id: number): BrainRegion {
  requireNumber('id', id);
  regions ??= new Map(
    allenRegions
      .replaceAll('\n', '')
      .split(';')
      .filter((entry) => entry !== '')
      .map((entry) => {
        const [number, acronym, color] = entry.split(':') as [string, string, string];
        return [Number(number), { id: Number(number), acronym, color: `#${color}` }];
      }),
  );
  return regions.get(Math.abs(id)) ?? { id: Math.abs(id), ...unknownRegion };
}
