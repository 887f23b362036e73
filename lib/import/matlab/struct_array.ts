/** A value of a field. */
export type MatlabValue =
  | { kind: 'text'; text: string }
  /** In MATLAB's order: the first axis runs fastest */
  | { kind: 'numbers'; data: Float64Array; shape: readonly number[] };

/** A struct array of a .mat file, whatever its shape. */
export interface StructArray {
  path: string;
  /** How many structs */
  count: number;
  fields: readonly string[];
  /** The field of struct `k`, from 0. Rejects with DANT_DATA if it is neither numbers nor text. */
  read(k: number, field: string): Promise<MatlabValue>;
  close(): Promise<void>;
}

/** The text of UTF-16 codes, however many there are. */
export const textOfCodes = (codes: Float64Array): string =>
  Array.from(codes, (code) => String.fromCharCode(code)).join('');
