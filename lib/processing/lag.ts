/**
 * How a probe's recording and the behaviour's lie to each other, as in lag.json, ms: the behaviour began `startMs` before the probe
 * (< 0: after it) and went on `endMs` longer (< 0: shorter).
 */
export interface Lag {
  startMs: number;
  endMs: number;
}

/** Nothing is cut off. */
export const noLag: Lag = { startMs: 0, endMs: 0 };

/** Rows of a probe's signal at 1 kHz that the behaviour has too: first, and the one behind the last. */
export function sharedProbeRows(rows: number, { startMs, endMs }: Lag): [begin: number, end: number] {
  const begin = Math.min(rows, Math.max(0, -startMs));
  return [begin, Math.max(begin, rows - Math.max(0, -endMs))];
}

/** Rows of the behaviour at 1 kHz that the probe has too. One less than there are, as in the original's files. */
export function sharedBehaviourRows(rows: number, { startMs, endMs }: Lag): [begin: number, end: number] {
  const begin = Math.min(rows, Math.max(0, startMs));
  return [begin, Math.max(begin, rows - 1 - Math.max(0, endMs))];
}

/** The rows begin … end − 1 of blocks (·, width). */
export async function* rowsWithin<Block extends Float32Array | Float64Array>(
  blocks: AsyncIterable<Block>,
  width: number,
  begin: number,
  end: number,
): AsyncGenerator<Block> {
  let row = 0;
  for await (const block of blocks) {
    const rows = block.length / width;
    const first = Math.max(0, begin - row);
    const last = Math.min(rows, end - row);
    if (last > first) yield block.subarray(first * width, last * width) as Block;
    row += rows;
  }
}
