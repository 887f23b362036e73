import { fileError } from '../../files/file_error.js';
import { shanksByPosition, type Site } from '../sites.js';
import type { Probe, RecordingInfo } from './analyzer_store.js';

/**
 * What the recording's attributes and its probes say. Throws DANT_DATA.
 * @param path As messages call it
 */
export function recordingInfo(path: string, attributes: unknown, probegroup: unknown): RecordingInfo {
  const { sampling_frequency: rate, num_samples: lengths, channel_ids: ids, properties } = fieldsOf(attributes);
  if (typeof rate !== 'number' || !(rate > 0)) {
    throw fileError(path, `sampling_frequency: expected a number of Hz but found ${JSON.stringify(rate)}.`);
  }
  if (!isNumbers(lengths)) throw fileError(path, `num_samples: expected numbers but found ${JSON.stringify(lengths)}.`);
  if (!Array.isArray(ids)) throw fileError(path, 'channel_ids: expected a list.');
  const { gain_to_uV: gains, offset_to_uV: offsets } = fieldsOf(properties);
  const { probes } = fieldsOf(probegroup);
  if (!Array.isArray(probes) || probes.length === 0 || !probes.every(isProbe)) {
    throw fileError(
      path,
      'the recording has no probe, so nothing says where its sites are. Set one: recording.set_probe(…).',
    );
  }
  return {
    sampleRateHz: rate,
    lengths,
    channels: ids.length,
    gains: isNumbers(gains) ? gains : undefined,
    offsets: isNumbers(offsets) ? offsets : undefined,
    probes,
  };
}

/** Sites of the channels, in their order; probes are as far apart as their shanks. Throws DANT_DATA. */
export function sitesOf(path: string, { probes, channels }: RecordingInfo): Site[] {
  const contacts = probes.flatMap((probe, p) => {
    const scale = probe.si_units === 'mm' ? 1000 : probe.si_units === 'm' ? 1e6 : 1;
    const x = probe.contact_positions.map((position) => scale * position[0]!);
    const own = probe.shank_ids ?? [];
    const byPosition = new Set(own).size > 1 ? undefined : shanksByPosition(x);
    return probe.contact_positions.map((position, i) => ({
      shank: `${p} ${byPosition ? byPosition[i]! : own[i]!}`,
      x: x[i]!,
      y: scale * position[1]!,
      channel: probe.device_channel_indices?.[i] ?? i,
    }));
  });
  const connected = contacts.filter(({ channel }) => channel >= 0);
  if (connected.length !== channels) {
    throw fileError(
      path,
      `the probe has ${connected.length} connected contacts but the recording ${channels} channels.`,
    );
  }
  const ordered = connected.sort((a, b) => a.channel - b.channel);
  const names = [...new Set(contacts.map(({ shank }) => shank))].sort((a, b) =>
    a.localeCompare(b, 'en', { numeric: true }),
  );
  return ordered.map(({ shank, x, y }) => ({ shank: names.indexOf(shank), x, y }));
}

const fieldsOf = (value: unknown) =>
  (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;

const isNumbers = (value: unknown): value is number[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'number');

function isProbe(value: unknown): value is Probe {
  const { contact_positions: positions } = fieldsOf(value);
  return Array.isArray(positions) && positions.every((position) => isNumbers(position) && position.length >= 2);
}
