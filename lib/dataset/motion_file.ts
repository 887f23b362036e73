import type { Motion } from '../recording/motion.js';
import { toFloat64 } from '../files/convert.js';
import { fileError } from '../files/file_error.js';
import { shapeText } from '../files/npy_header.js';
import { readNumeric } from './numeric_file.js';

/**
 * Reads the motion of S sessions (docs/reference-method.md, section 8, "Given motion"): S values, 1×S or S×1: the constant part;
 * 2×S or S×2: linear, then constant part. 2×2 is read as S×2: its first column is the linear part.
 */
export async function readMotion(path: string, sessionCount: number, signal?: AbortSignal): Promise<Motion> {
  const { data, shape } = await readNumeric(path, signal);
  const values = toFloat64(path, data);
  if (!values.every(isFinite)) throw fileError(path, 'expected numbers but found NaN or infinity.');
  const [rows, columns] = shape.length === 1 ? [1, shape[0]] : shape;
  const isConstant = values.length === sessionCount && (rows === 1 || columns === 1);
  if (shape.length > 0 && shape.length < 3) {
    if (isConstant) return { linear: new Float64Array(sessionCount), constantUm: values };
    if (rows === sessionCount && columns === 2 && shape.length === 2) {
      return { linear: values.filter((_, i) => i % 2 === 0), constantUm: values.filter((_, i) => i % 2 === 1) };
    }
    if (rows === 2 && columns === sessionCount) {
      return { linear: values.slice(0, sessionCount), constantUm: values.slice(sessionCount) };
    }
  }
  throw fileError(
    path,
    `expected the motion of ${sessionCount} sessions, ${sessionCount} values or shape (${sessionCount}, 2), ` +
      `but found shape ${shapeText(shape)}.`,
  );
}
