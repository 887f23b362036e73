import { fileError } from '../files/file_error.js';
import type { TdmsProperty } from './cursor.js';

/** Turns stored numbers into physical ones, in place. */
export type Scaling = (values: Float64Array) => void;

/** What says that a scale takes the stored numbers rather than the result of another scale */
const stored = 0xffffffff;

/**
 * The scaling that the properties of a channel ask for ("NI_Scale[0]_…"): linear and polynomial scales, each of the stored
 * numbers or of an earlier scale's; the last one counts. Undefined: none. Throws DANT_DATA for scales of another kind.
 */
export function scalingOf(
  path: string,
  name: string,
  properties: ReadonlyMap<string, TdmsProperty>,
): Scaling | undefined {
  const count = Number(properties.get('NI_Number_Of_Scales') ?? 0);
  if (!(count > 0) || properties.get('NI_Scaling_Status') === 'scaled') return undefined;
  const scales = new Map<number, number[]>();
  let last = count - 1;
  const chain: number[][] = [];
  while (last !== stored) {
    if (!(Number.isInteger(last) && last >= 0 && last < count) || scales.has(last)) {
      throw fileError(path, `the scales of ${name} do not follow each other. The file is damaged.`);
    }
    const { coefficients, source } = scaleOf(path, name, last, properties);
    scales.set(last, coefficients);
    chain.unshift(coefficients);
    last = source;
  }
  return (values) => {
    for (const coefficients of chain) {
      for (let i = 0; i < values.length; i++) {
        let sum = 0;
        for (let power = coefficients.length - 1; power >= 0; power--) sum = sum * values[i]! + coefficients[power]!;
        values[i] = sum;
      }
    }
  };
}

function scaleOf(
  path: string,
  name: string,
  index: number,
  properties: ReadonlyMap<string, TdmsProperty>,
): { coefficients: number[]; source: number } {
  const key = `NI_Scale[${index}]_`;
  const kind = properties.get(`${key}Scale_Type`);
  const number = (rest: string, otherwise?: number): number => {
    const value = properties.get(`${key}${rest}`) ?? otherwise;
    if (typeof value === 'number' && Number.isFinite(value)) return value;
    throw fileError(
      path,
      `the scale of ${name} is incomplete: ${key}${rest} is ${value === undefined ? 'missing' : String(value)}.`,
    );
  };
  if (kind === 'Linear') {
    return {
      coefficients: [number('Linear_Y_Intercept'), number('Linear_Slope')],
      source: number('Linear_Input_Source', stored),
    };
  }
  if (kind === 'Polynomial') {
    const size = number('Polynomial_Coefficients_Size');
    if (!(size >= 1 && size <= 100)) throw fileError(path, `a polynomial of ${name} has ${size} coefficients.`);
    return {
      coefficients: Array.from({ length: size }, (_, k) => number(`Polynomial_Coefficients[${k}]`)),
      source: number('Polynomial_Input_Source', stored),
    };
  }
  throw fileError(
    path,
    `${name} has a scale of the kind ${kind === undefined ? 'unknown' : `"${String(kind)}"`}; linear and polynomial ones can be read. Save the scaled values instead.`,
  );
}
