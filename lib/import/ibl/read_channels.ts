import { fileError } from '../../files/file_error.js';
import { arrayOf, columnOf, lengthOf, numbersOf, type AlfArray, type AlfObject } from './alf_object.js';
import { brainRegion } from './brain_regions.js';
import { chooseFiles } from './choose_files.js';
import type { HistologyLevel } from './insertions.js';
import { loadObject } from './load_object.js';
import { list } from './one_cache.js';
import type { SessionFile, SessionFiles } from './session_files.js';

/** Channels of a probe: where they lie, and in which brain regions. */
export interface ReadChannels {
  channels: AlfObject;
  /** Whether brain locations are in files; otherwise what the cache's tables say about the track in the database */
  histology: HistologyLevel | undefined;
  files: { channels: SessionFile[]; electrodeSites: SessionFile[] };
}

const brainIds = 'brainLocationIds_ccf_2017';

/**
 * Channels of a sorting. `electrodeSites` of the probe win over the sorting's `channels`; where their numbers differ they are taken
 * alone. With brain locations: `x`, `y`, `z` (m, from bregma), `atlas_id`, `acronym` (Allen Institute), `axial_um` (above the tip) and
 * `lateral_um`; without: `localCoordinates` (channels, 2), µm. All other attributes stay as they are.
 * Rejects with DANT_DATA if there is neither file.
 */
export async function readChannels(
  session: SessionFiles,
  probe: string,
  collection: string,
  { revision, inDatabase }: { revision?: string | undefined; inDatabase?: HistologyLevel | undefined },
  warnings: string[],
  signal?: AbortSignal,
): Promise<ReadChannels> {
  const { folder } = session.session;
  const siteFiles = plainFiles(
    chooseFiles(session, { collection: `alf/${probe}`, object: 'electrodeSites', revision }, warnings),
  );
  const channelFiles = plainFiles(chooseFiles(session, { collection, object: 'channels', revision }, warnings));
  if (channelFiles.length + siteFiles.length === 0) {
    throw fileError(
      folder,
      `nothing tells where the channels of ${probe} are: there is neither ${collection}/channels.* nor alf/${probe}/electrodeSites.*.`,
    );
  }
  const sites = await loadObject(folder, siteFiles, warnings, signal);
  let channels: AlfObject = channelFiles.length > 0 ? await loadObject(folder, channelFiles, warnings, signal) : {};
  if (siteFiles.length > 0) {
    const together = { ...channels, ...sites };
    const lengths = new Set(Object.values(together).map(lengthOf));
    const isAlone = channelFiles.length === 0;
    if (lengths.size > 1 || isAlone) {
      if (!isAlone) {
        warnings.push(
          `${folder}: ${collection}/channels.* and alf/${probe}/electrodeSites.* are of different numbers of channels; the latter were taken, ` +
            'as if they were the columns of the recording in this order.',
        );
      }
      const count = lengthOf(Object.values(sites)[0]!);
      channels = { ...sites, rawInd: { data: Int32Array.from({ length: count }, (_, i) => i), shape: [count] } };
    } else channels = together;
  }
  const files = { channels: channelFiles, electrodeSites: siteFiles };
  if (brainIds in channels)
    return { channels: withBrainLocations(folder, channels, warnings), histology: 'alf', files };
  if (inDatabase !== undefined) {
    warnings.push(
      `${folder}: the track of ${probe} is "${inDatabase}" in the database, but its brain locations are in no file here.`,
    );
  }
  return { channels, histology: inDatabase, files };
}

/** Without files of a namespace: these are of somebody's curation. */
const plainFiles = (files: readonly SessionFile[]) => files.filter(({ namespace }) => namespace === undefined);

function withBrainLocations(folder: string, channels: AlfObject, warnings: string[]): AlfObject {
  const { [brainIds]: atlasId, mlapdv: _positions, localCoordinates: _coordinates, ...others } = channels;
  const coordinates = arrayOf(channels, 'localCoordinates');
  const positions = arrayOf(channels, 'mlapdv');
  const ids = numbersOf(channels, brainIds);
  if (positions?.shape[1] !== 3 || coordinates?.shape[1] !== 2 || ids === undefined || atlasId === undefined) {
    const shape = (array: AlfArray | undefined) => (array ? `the shape (${array.shape.join(', ')})` : 'missing');
    throw fileError(
      folder,
      `channels with brain locations need mlapdv (channels, 3) and localCoordinates (channels, 2), but mlapdv is ${shape(positions)} ` +
        `and localCoordinates ${shape(coordinates)}.`,
    );
  }
  const metres = (axis: number): AlfArray => {
    const { data, shape } = columnOf(positions, axis);
    return { data: Float64Array.from(data as Float64Array, (value) => value / 1e6), shape };
  };
  const regions = Array.from(ids as Float64Array, brainRegion);
  const unknown = [...new Set(regions.filter(({ acronym }) => acronym === 'unknown').map(({ id }) => id))];
  if (unknown.length > 0) {
    warnings.push(`${folder}: ${brainIds} has ids that the Allen atlas has not: ${list(unknown.map(String))}.`);
  }
  return {
    x: metres(0),
    y: metres(1),
    z: metres(2),
    acronym: { data: regions.map(({ acronym }) => acronym), shape: [regions.length] },
    atlas_id: atlasId,
    axial_um: columnOf(coordinates, 1),
    lateral_um: columnOf(coordinates, 0),
    ...others,
  };
}
