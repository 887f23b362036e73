import { z } from 'zod';

import { fileError } from '../files/file_error.js';
import { readJson } from '../files/text_file.js';
import type { Polygon } from '../processing/motion_index.js';

const polygon = z.array(z.tuple([z.number(), z.number()])).min(3, 'expected at least three corners [x, y]');
const schema = z.record(z.string(), z.record(z.string(), polygon));

/** A part of a camera's picture: "paw" and its corners, pixels from the upper left */
export interface Region {
  name: string;
  polygon: Polygon;
}

/**
 * Reads `motion_regions.json`: `{"LeftCam": {"paw": [[x, y], …], …}, …}`. Returns the regions of each camera that it names. Rejects with DANT_DATA.
 */
export async function readRegions(path: string): Promise<ReadonlyMap<string, Region[]>> {
  const { data, error } = schema.safeParse(await readJson(path, 'has the regions of each camera'));
  if (error) {
    const [issue] = error.issues;
    const at = issue!.path.map(String).join(', ');
    throw fileError(
      path,
      `${at === '' ? '' : `${at}: `}${issue!.message}. Expected {"LeftCam": {"paw": [[x, y], [x, y], [x, y], …]}} in pixels.`,
    );
  }
  return new Map(
    Object.entries(data).map(([camera, regions]) => [
      camera,
      Object.entries(regions).map(([name, corners]) => ({ name, polygon: corners })),
    ]),
  );
}
