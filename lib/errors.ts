import type { NdArray } from './arrays.js';

/** Every code that an error of this package can carry in `code`. */
export const errorCodes = {
  DANT_SETTINGS: 'A setting is unknown to the method, of the wrong type or out of range.',
  DANT_DATA: 'An input file is missing, unreadable, or contradicts another one.',
  DANT_OUTPUT: 'The results cannot be written where they should go.',
  DANT_ARGUMENT: 'A function of the library was called with an argument that it cannot use.',
  DANT_INPUT: 'A computation cannot be done with these values.',
  DANT_MEMORY: 'There is not enough memory.',
  DANT_NATIVE: 'The native part could not be loaded.',
  DANT_INTERNAL: 'A mistake in this package; please report it.',
} as const;

export type ErrorCode = keyof typeof errorCodes;

/** An error that a user can act on: the message says what was expected, what was found and what to do. */
export class DantError extends Error {
  override readonly name = 'DantError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** What a stopped computation throws: the signal's own reason if it is an error, else an `AbortError`. */
export function abortError(signal?: AbortSignal): Error {
  if (signal?.reason instanceof Error) return signal.reason;
  return new DOMException('The computation was aborted.', 'AbortError');
}

/** Whether JavaScript or C++ ran out of memory; both say so only in their own words. */
export function isMemoryFailure(error: unknown): boolean {
  const { code, message = '' } = (error ?? {}) as { code?: string; message?: string };
  if (code === 'DANT_MEMORY' || code === 'ENOMEM' || code === 'ERR_MEMORY_ALLOCATION_FAILED') return true;
  return (
    (error instanceof RangeError && /allocation failed|Invalid (typed )?array (buffer )?length/i.test(message)) ||
    message === 'std::bad_alloc'
  );
}

/** There is not enough memory; says what helps. */
export function memoryError(what: string, cause?: unknown): DantError {
  const advice = 'Close other programs, track fewer sessions or units at a time, or use a computer with more memory.';
  return new DantError('DANT_MEMORY', `${what} ${advice}`, { cause });
}

/** For arguments of library functions: "Expected <expected> for <name> but received <received>." */
export function argumentError(name: string, expected: string, received: unknown): DantError {
  return new DantError('DANT_ARGUMENT', `Expected ${expected} for ${name} but received ${describeValue(received)}.`);
}

/** A value in a few words. */
export function describeValue(value: unknown): string {
  if (ArrayBuffer.isView(value)) return `${value.constructor.name} of ${(value as Uint8Array).length}`;
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (isNdArray(value)) return `${describeValue(value.data)} with the shape (${value.shape.map(String).join(', ')})`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

/** As it would stand in a file; undefined: it is nothing that a file could hold. */
export function asJson(value: unknown): string | undefined {
  if (ArrayBuffer.isView(value)) return undefined;
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function isNdArray(value: unknown): value is NdArray {
  const { data, shape } = (value ?? {}) as Partial<NdArray>;
  return ArrayBuffer.isView(data) && Array.isArray(shape);
}
