import { toFloat64, toInt32 } from '../files/convert.js';
import { fileError } from '../files/file_error.js';
import { shapeText } from '../files/npy_header.js';
import { listed, type Findings } from './findings.js';
import { readNumeric, readVector } from './numeric_file.js';

/** Reads (C, 2) x, y of each channel, µm. */
export async function readChannelLocations(
  path: string,
  findings: Findings,
  signal?: AbortSignal,
): Promise<Float64Array> {
  const { data, shape } = await readNumeric(path, signal);
  if (shape.length !== 2 || shape[1] !== 2 || shape[0] === 0) {
    const hint = shape.length === 2 && shape[0] === 2 ? ' Save its transpose instead.' : '';
    throw fileError(path, `expected shape (channels, 2), x and y in µm, but found ${shapeText(shape)}.${hint}`);
  }
  const locations = toFloat64(path, data);
  const bad = channels(locations).filter((c) => !isFinite(locations[2 * c]! + locations[2 * c + 1]!));
  if (bad.length > 0)
    throw fileError(path, `expected numbers but the position of channel ${listed(bad)} is NaN or infinite.`);
  warnOfDuplicates(locations, findings);
  return locations;
}

/** Reads the shank of each channel, (C). */
export async function readChannelShanks(path: string, signal?: AbortSignal): Promise<Int32Array> {
  return toInt32(path, await readVector(path, signal));
}

function warnOfDuplicates(locations: Float64Array, findings: Findings): void {
  const first = new Map<string, number>();
  const duplicates: string[] = [];
  for (const c of channels(locations)) {
    const position = `${locations[2 * c]!}, ${locations[2 * c + 1]!}`;
    const other = first.get(position);
    if (other === undefined) first.set(position, c);
    else duplicates.push(`${other} = ${c}`);
  }
  if (duplicates.length > 0) {
    findings.warnings.push(`channel_locations.npy has channels at the same position: ${listed(duplicates)}.`);
  }
}

function channels(locations: Float64Array): number[] {
  return Array.from({ length: locations.length / 2 }, (_, c) => c);
}
