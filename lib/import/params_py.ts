import { fileError } from '../files/file_error.js';

/** What phy's params.py says. */
export interface PhyParams {
  /** Files in sequence, as written; empty: none */
  datPaths: string[];
  columns: number | undefined;
  dtype: string;
  offsetBytes: number;
  sampleRateHz: number;
  isFiltered: boolean;
}

type Value = string | number | boolean | null | Value[];

/** Reads the assignments of a params.py; nothing is executed. */
export function parsePhyParams(path: string, text: string): PhyParams {
  const values = assignments(path, text);
  const datPath = values.get('dat_path') ?? [];
  const number = (name: string) => {
    const value = values.get(name);
    if (value !== undefined && typeof value !== 'number') throw fileError(path, `expected a number for ${name}.`);
    return value;
  };
  const sampleRateHz = number('sample_rate');
  if (sampleRateHz === undefined || !(sampleRateHz > 0)) throw fileError(path, 'there is no sample_rate.');
  const { dtype = 'int16' } = { dtype: values.get('dtype') };
  return {
    datPaths: (Array.isArray(datPath) ? datPath : [datPath]).filter(
      (item): item is string => typeof item === 'string' && item.trim() !== '',
    ),
    columns: number('n_channels_dat'),
    dtype: typeof dtype === 'string' ? dtype : 'int16',
    offsetBytes: number('offset') ?? 0,
    sampleRateHz,
    isFiltered: values.get('hp_filtered') === true,
  };
}

function assignments(path: string, text: string): Map<string, Value> {
  const values = new Map<string, Value>();
  const start = /^[ \t]*([A-Za-z_]\w*)[ \t]*=(?!=)/gm;
  const source = text.replace(/^\uFEFF/, '');
  for (let match = start.exec(source); match !== null; match = start.exec(source)) {
    const reader = new ValueReader(source, start.lastIndex);
    const value = reader.read();
    // What phy does not need may be any expression.
    if (value !== undefined) values.set(match[1]!, value);
    else if (match[1] === 'dat_path') {
      throw fileError(path, 'dat_path is neither a text in quotes nor a list of such.');
    }
    start.lastIndex = Math.max(reader.at, start.lastIndex);
  }
  return values;
}

/** Reads one Python value: a text, a number, True, False, None, a list or tuple of these; else undefined. */
class ValueReader {
  constructor(
    private readonly text: string,
    public at: number,
  ) {}

  read(): Value | undefined {
    this.match(/[ \t]*/y);
    if (this.match(/[[(]/y) !== undefined) return this.list();
    const quoted = this.match(/([rRuUbB]*)("""|'''|"|')/y);
    if (quoted !== undefined) return this.string(quoted);
    const word = this.match(/[\w.+-]+/y);
    if (word === undefined) return undefined;
    const named = new Map<string, Value>([
      ['True', true],
      ['False', false],
      ['None', null],
    ]).get(word);
    if (named !== undefined) return named;
    const value = Number(word);
    return Number.isNaN(value) ? undefined : value;
  }

  private list(): Value[] | undefined {
    const items: Value[] = [];
    const space = /(?:\s|,|#[^\n]*)*/y;
    for (;;) {
      this.match(space);
      if (this.match(/[\])]/y) !== undefined) return items;
      const item = this.read();
      if (item === undefined) return undefined;
      items.push(item);
    }
  }

  private string(opening: string): string | undefined {
    const quote = opening.replace(/^[A-Za-z]*/, '');
    const isRaw = /^[^'"]*r/i.test(opening);
    const end = this.text.indexOf(quote, this.at);
    if (end < 0) return undefined;
    const body = this.text.slice(this.at, end);
    this.at = end + quote.length;
    // Backslashes are those of paths.
    return isRaw ? body : body.replaceAll('\\\\', '\\');
  }

  private match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }
}
