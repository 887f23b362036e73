/**
 * The native functions: the one place that declares them. Each takes one object, runs off the JavaScript thread and
 * returns a promise. Arguments are checked by the callers in TypeScript; the native side checks types and lengths again.
 * Arrays are flat, in C order; the comment behind each gives its shape and unit. Call them through `runNative`.
 */

/** Part of every call; filled in by `runNative`. */
export interface JobControl {
  /** Threads that the call may use; −1: all cores. */
  threads: number;
  /** [0]: set to 1 to abort. [1]: done share in millionths. */
  control: Int32Array;
}

export interface NativeAddon {}

export type NativeFunction = {
  [Name in keyof NativeAddon]: Name;
}[keyof NativeAddon];
