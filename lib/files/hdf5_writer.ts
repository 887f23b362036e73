import type { Dataset, File, Group, Reference } from 'h5wasm/node';

import { hdf5Library, writeError } from './hdf5_open.js';

export type Hdf5Value =
  string | readonly string[] | number | BigInt64Array | BigUint64Array | Float64Array | Float32Array | Reference;
export type Hdf5Attributes = Record<string, Hdf5Value>;

/** Bytes of a chunk of an array that grows, about. */
const chunkBytes = 2 ** 19;

/**
 * An HDF5 file to write to. Names are paths from the root without the first slash; the groups above must be there. All methods throw
 * DANT_OUTPUT if the file cannot be written, and leave an incomplete file behind. The same calls make the same bytes.
 */
export class Hdf5Writer {
  private isClosed = false;

  private constructor(
    readonly path: string,
    private readonly file: File,
  ) {}

  /** @param mode A new file, in the place of what is there, or one that is there */
  static async open(path: string, mode: 'w' | 'a'): Promise<Hdf5Writer> {
    const hdf5 = await hdf5Library();
    return new Hdf5Writer(
      path,
      attempt(path, () => new hdf5.File(path, mode)),
    );
  }

  group(name: string, attributes: Hdf5Attributes = {}): void {
    this.do(() => {
      const [parent, own] = this.split(name);
      this.attribute(parent.create_group(own), attributes);
    });
  }

  array(name: string, data: Hdf5Value | readonly Reference[], attributes: Hdf5Attributes = {}): void {
    this.do(() => {
      const [parent, own] = this.split(name);
      this.attribute(parent.create_dataset({ name: own, data: data as string[] }), attributes);
    });
  }

  /** An array (rows, …) that grows; `add` takes whole rows. */
  rows(name: string, type: 'float32' | 'float64', rowShape: readonly number[], attributes: Hdf5Attributes = {}) {
    const rowNumbers = rowShape.reduce((product, length) => product * length, 1);
    const itemBytes = type === 'float32' ? 4 : 8;
    const chunkRows = Math.max(1, Math.floor(chunkBytes / (itemBytes * rowNumbers)));
    const dataset = this.do(() => {
      const [parent, own] = this.split(name);
      const made = parent.create_dataset({
        name: own,
        data: type === 'float32' ? new Float32Array() : new Float64Array(),
        shape: [0, ...rowShape],
        maxshape: [null, ...rowShape],
        chunks: [chunkRows, ...rowShape],
      });
      this.attribute(made, attributes);
      return made;
    });
    let rows = 0;
    return {
      add: (values: Float32Array | Float64Array) => {
        if (values.length === 0) return;
        const end = rows + values.length / rowNumbers;
        this.do(() => {
          dataset.resize([end, ...rowShape]);
          dataset.write_slice([[rows, end], ...rowShape.map((): [] => [])], values);
        });
        rows = end;
      },
    };
  }

  /** What an attribute or array of references holds for a group or array. */
  reference(name: string): Reference {
    return this.do(() => (this.file.get(name) as Group | Dataset).create_reference());
  }

  setAttribute(name: string, key: string, value: Hdf5Value): void {
    this.do(() => {
      const target = this.file.get(name) as Group | Dataset;
      if (key in target.attrs) target.delete_attribute(key);
      this.attribute(target, { [key]: value });
    });
  }

  /** A group or array by another name. */
  link(name: string, target: string): void {
    this.do(() => {
      const [parent, own] = this.split(name);
      parent.create_soft_link(`/${target}`, own);
    });
  }

  /** Does nothing the second time. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.do(() => {
      try {
        this.file.flush();
      } finally {
        // A full disk must not keep it open.
        this.file.close();
      }
    });
  }

  private split(name: string): [Group, string] {
    const at = name.lastIndexOf('/');
    return [at < 0 ? this.file : (this.file.get(name.slice(0, at)) as Group), name.slice(at + 1)];
  }

  private attribute(target: Group | Dataset, attributes: Hdf5Attributes): void {
    for (const [key, value] of Object.entries(attributes)) target.create_attribute(key, value as string);
  }

  private do<Result>(action: () => Result): Result {
    return attempt(this.path, action);
  }
}

/**
 * Does what is done at once as if the clock stood at 0: HDF5 stores in each array when it was written, and asks `Date.now`, which is ours alone
 * until `action` returns.
 */
function attempt<Result>(path: string, action: () => Result): Result {
  const { now } = Date;
  Date.now = () => 0;
  try {
    return action();
  } catch (error) {
    throw writeError(path, error);
  } finally {
    Date.now = now;
  }
}
