import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { packageVersion } from '../native/package_folder.js';
import { AlignedTable } from './aligned_table.js';

/** What a result was made of. */
export interface CacheKey {
  /** Of the function */
  method: string;
  /** Everything that the result depends on besides files; any JSON */
  settings: unknown;
  /** Files that it was made of: a change of their size or time makes another key */
  inputs: readonly string[];
}

interface Header {
  key: string;
  rows: number;
  columns: number;
  type: 'float32' | 'float64';
  levels: { name: string; values: (string | number)[] }[];
  index: { name: string; values: number[] };
  warnings: string[];
}

const magic = 'dant-aligned 2\n';

/**
 * Results of sessions in a folder (`interim/<session>/cache`). A key holds the version of the package, the settings and the sizes and times
 * of the inputs: an entry that is stale has another name and is never used. Off with `DANT_PIXELS_CACHE=0`.
 */
export class AlignedCache {
  constructor(
    readonly folder: string,
    readonly isOn: boolean = process.env.DANT_PIXELS_CACHE !== '0',
  ) {}

  /**
   * The result as it was kept, or made now and kept, with what `make` told. An entry that cannot be read is made anew; where none can be
   * written nothing is kept. Rejects as `make` does.
   */
  async get(
    key: CacheKey,
    make: (warn: (warning: string) => void) => Promise<AlignedTable>,
    warn: (warning: string) => void = () => undefined,
  ): Promise<AlignedTable> {
    if (!this.isOn) return make(warn);
    const digest = await digestOf(key);
    const path = join(this.folder, `${key.method}_${digest.slice(0, 24)}.bin`);
    const kept = await readEntry(path, digest);
    const warnings = kept?.warnings ?? [];
    const table = kept?.table ?? (await make((warning) => warnings.push(warning)));
    if (!kept) await this.keep(path, digest, table, warnings);
    warnings.forEach(warn);
    return table;
  }

  /** Removes all entries. */
  async clear(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Names of the entries. */
  async entries(): Promise<string[]> {
    return (await readdir(this.folder).catch(() => [])).filter((name) => name.endsWith('.bin')).sort();
  }

  private async keep(path: string, key: string, table: AlignedTable, warnings: string[]): Promise<void> {
    const { levels, index, rows, columns, data } = table;
    const header: Header = {
      ...{ key, rows, columns, type: data instanceof Float32Array ? 'float32' : 'float64' },
      levels: levels.map(({ name, values }) => ({ name, values: [...(values as Iterable<string | number>)] })),
      index: { name: index.name, values: [...(index.values as Iterable<number>)] },
      warnings,
    };
    const text = new TextEncoder().encode(magic + JSON.stringify(header));
    // Numbers begin where they are aligned.
    const start = Math.ceil((text.length + 1) / 8) * 8;
    const content = new Uint8Array(start + data.byteLength).fill(0x20, 0, start);
    content.set(text);
    content[start - 1] = 0x0a;
    content.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
    try {
      await mkdir(this.folder, { recursive: true });
      await writeFile(`${path}.${process.pid}.part`, content);
      await rename(`${path}.${process.pid}.part`, path);
    } catch {
      // A folder that is read-only or full takes nothing from the result.
      await rm(`${path}.${process.pid}.part`, { force: true }).catch(() => undefined);
    }
  }
}

async function digestOf({ method, settings, inputs }: CacheKey): Promise<string> {
  const states = await Promise.all(
    [...inputs].sort().map(async (path) => {
      const found = await stat(path).catch(() => undefined);
      return [path, found?.size ?? null, found?.mtimeMs ?? null];
    }),
  );
  return createHash('sha256')
    .update(JSON.stringify([packageVersion, method, sortedKeys(settings), states]))
    .digest('hex');
}

/** The same text for the same settings, in whatever order they were given. */
function sortedKeys(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as Float64Array);
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (typeof value !== 'object' || value === null) return value ?? null;
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)).map(([key, item]) => [key, sortedKeys(item)]));
}

async function readEntry(path: string, key: string): Promise<{ table: AlignedTable; warnings: string[] } | undefined> {
  const content = await readFile(path).catch(() => undefined);
  if (!content?.subarray(0, magic.length).equals(Buffer.from(magic))) return undefined;
  const end = content.indexOf(0x0a, magic.length);
  try {
    const header = JSON.parse(content.toString('utf8', magic.length, end)) as Header;
    if (header.key !== key) return undefined;
    const Type = header.type === 'float32' ? Float32Array : Float64Array;
    const bytes = Uint8Array.from(content.subarray(end + 1));
    const data = new Type(bytes.buffer);
    const table = new AlignedTable(header.levels as { name: string; values: string[] }[], header.index, data);
    return { table, warnings: header.warnings };
  } catch {
    // Cut off, or of somebody else's making
    return undefined;
  }
}
