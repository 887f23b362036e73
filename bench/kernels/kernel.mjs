// What a kernel of the benchmarks is, and how a native function is called for one.
import { runNative } from '../../dist/native/run.js';

/**
 * @typedef {object} Kernel
 * @property {string} unit what `work` counts
 * @property {'product' | 'loop' | 'minima'} yardstick what the gate compares it with (native/bench/yardstick.cpp)
 * @property {object[]} sizes for the table; they show growth
 * @property {object} gate
 * @property {object} small
 * @property {number} [exactTo] in Fisher z; 1e-6 if left out
 * @property {(size: object) => Prepared} prepare
 *
 * @typedef {object} Prepared
 * @property {(threads: number) => Promise<ArrayLike<number>[]>} run computes, and gives all results
 * @property {number | ((results: ArrayLike<number>[]) => number)} work
 * @property {number} [flops] floating-point operations that a plain matrix product would need for it
 * @property {number | ((results: ArrayLike<number>[]) => number)} [bytes] bytes that go through the memory at least
 */

/** Calls a native function; `results` picks the arrays out of what it returns. */
export async function native(threads, name, params, results) {
  return results(await runNative((addon, control) => addon[name]({ ...control, ...params }), { threads }));
}
