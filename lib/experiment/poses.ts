import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { stemOf } from './output_names.js';
import type { Camera, Pose, SessionFile } from './session.js';

/** Files of DeepLabCut that hold coordinates, the better first; of a video only the best are taken. */
const forms = [/_filtered\.h5$/i, /_filtered\.csv$/i, /\.h5$/i, /(?<!_skeleton)\.csv$/i];

const projectFolder = /^DLC_(.+)$/;

/**
 * Coordinates of DeepLabCut of a session's cameras: `DLC_<project>/<video>*.h5` (or `.csv`) in its processed folder, filtered ones if there are any.
 */
export function findPoses(processed: string, cameras: readonly Camera[]): Pose[] {
  if (cameras.length === 0 || !existsSync(processed)) return [];
  return readdirSync(processed, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && projectFolder.test(entry.name))
    .map(({ name }) => name)
    .sort()
    .flatMap((folder) => {
      const project = projectFolder.exec(folder)![1]!;
      const names = readdirSync(join(processed, folder)).sort();
      const own = cameras.flatMap((camera) => {
        const candidates = names.filter((name) => cameraOf(name, cameras) === camera);
        const form = forms.find((one) => candidates.some((name) => one.test(name)));
        const best = form ? candidates.filter((name) => form.test(name)) : [];
        if (best.length === 0) return [];
        const files = best.map((name): SessionFile => ({
          name: `${folder}/${name}`,
          processed: join(processed, folder, name),
        }));
        return [{ camera, files }];
      });
      return own.map(({ camera, files }) => ({
        name: own.length === 1 ? project : `${project}_${camera.name}`,
        camera,
        files,
      }));
    });
}

/** The video that a file is of: the one with the longest name that it begins with. */
function cameraOf(name: string, cameras: readonly Camera[]): Camera | undefined {
  return [...cameras]
    .sort((a, b) => b.data.name.length - a.data.name.length)
    .find(({ data }) => name.startsWith(stemOf(data.name)));
}

const regionsName = 'motion_regions.json';

/** The regions in which motion is looked for: of the session, else of the experiment; undefined: neither has a file of them. */
export function findRegions(processed: string): SessionFile | undefined {
  const path = [processed, dirname(processed)].map((folder) => join(folder, regionsName)).find(existsSync);
  return path === undefined ? undefined : { name: regionsName, processed: path };
}
