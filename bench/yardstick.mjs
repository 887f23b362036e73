// The program that measures the machine (native/bench/yardstick.cpp), at our service.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

import { buildCore } from '../scripts/build-core.mjs';

/** Builds and starts it. Call `stop` at the end. */
export async function startYardstick() {
  const child = spawn(await buildCore('dant_yardstick', ['-DDANT_YARDSTICK=ON']), {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    /** Does one of product, loop, minima, copy, triad, peak once: seconds by the clock and of processor time, work done. */
    async measure(task, threads = 1) {
      child.stdin.write(`${task} ${threads}\n`);
      const { value, done } = await answers.next();
      if (done) throw new Error(`The yardstick ended while it measured ${task}.`);
      const [seconds, processorSeconds, amount] = value.split(' ').map(Number);
      return { seconds, processorSeconds, amount };
    },
    async stop() {
      child.stdin.end();
      if (child.exitCode === null) await once(child, 'exit');
    },
  };
}
