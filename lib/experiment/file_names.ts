/** What the name of a file in a raw folder says. Names are without `.tar.gz`. */
export type RawName =
  | { kind: 'probe'; prefix: string; gate: number; trigger: number; probe: number; band: 'ap' | 'lf'; part: ProbePart }
  | { kind: 'behaviour'; stem: string; number: number }
  | { kind: 'camera'; behaviour: string; camera: string; isMeta: boolean };

export type ProbePart = 'bin' | 'meta' | 'ch';

const probeFile = /^(.+)_g(\d+)_t(\d+)\.imec(\d*)\.(ap|lf)\.(bin|cbin|meta|ch)$/;
const behaviourFile = /^([\w-].*)\((\d+)\)\.tdms$/;
const cameraFile = /^([\w-].*\(\d+\))-(.+)\.tdms$/;

/** Undefined: not a file of a session. */
export function parseRawName(name: string): RawName | undefined {
  const probe = probeFile.exec(name);
  if (probe) {
    const [, prefix, gate, trigger, number, band, ending] = probe as unknown as string[];
    return {
      kind: 'probe',
      prefix: prefix!,
      gate: Number(gate),
      trigger: Number(trigger),
      // The only probe of early versions of SpikeGLX had no number.
      probe: Number(number),
      band: band as 'ap' | 'lf',
      part: ending === 'cbin' ? 'bin' : (ending as ProbePart),
    };
  }
  const camera = cameraFile.exec(name);
  if (camera) {
    const [, behaviour, rest] = camera as unknown as string[];
    const isMeta = /meta/i.test(rest!);
    return { kind: 'camera', behaviour: behaviour!, camera: rest!.replace(/[-_]?meta[-_]?/i, ''), isMeta };
  }
  const behaviour = behaviourFile.exec(name);
  if (behaviour) {
    const [, stem, number] = behaviour as unknown as string[];
    return { kind: 'behaviour', stem: stem!, number: Number(number) };
  }
  return undefined;
}

/** SpikeGLX's own folders in a session's: `<run>_g0`, and in that `<run>_g0_imec0` */
export const isRunFolder = (name: string) => /^.+_g\d+$/.test(name);
export const isProbeFolder = (name: string) => /^.+_g\d+_imec\d+$/.test(name);

const archiveEnding = '.tar.gz';

/** x.bin.tar.gz → x.bin; undefined: no archive */
export function archived(name: string): string | undefined {
  return name.endsWith(archiveEnding) ? name.slice(0, -archiveEnding.length) : undefined;
}

/** Names of session folders: the date, the mouse, and what else there is. */
export const defaultSessionPattern = /^(?<date>[^_]+)_(?<mouse>[^_]+)(?:_.*)?$/;

/**
 * The date at the beginning of a session's name as "2021-01-31". `format`: YYYY or YY, MM and DD, and what stands between.
 * Undefined: it is none.
 */
export function parseDate(text: string, format: string): string | undefined {
  const source = format
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace('YYYY', '(?<y>\\d{4})')
    .replace('YY', '(?<y>\\d{2})')
    .replace('MM', '(?<m>\\d{2})')
    .replace('DD', '(?<d>\\d{2})');
  const { y, m, d } = new RegExp(`^${source}$`).exec(text)?.groups ?? {};
  if (y === undefined || m === undefined || d === undefined) return undefined;
  // As Python reads %y
  const year = y.length === 4 ? y : String(Number(y) + (Number(y) < 69 ? 2000 : 1900));
  const date = `${year}-${m}-${d}`;
  const time = Date.parse(`${date}T00:00:00Z`);
  return Number.isNaN(time) || new Date(time).toISOString().slice(0, 10) !== date ? undefined : date;
}
