// The motion estimate.
import { estimateMotion } from '../../dist/motion/estimate.js';
import * as data from '../data.mjs';

/** @type {Record<string, import('./kernel.mjs').Kernel>} */
export const motionKernels = {
  'motion + bootstrap': {
    unit: 'pairs × resamples',
    yardstick: 'loop',
    sizes: [
      { pairs: 10_000, sessions: 15, linear: false },
      { pairs: 100_000, sessions: 15, linear: false },
      { pairs: 100_000, sessions: 60, linear: true },
    ],
    gate: { pairs: 1_000, sessions: 8, linear: true },
    small: { pairs: 500, sessions: 5, linear: true },
    prepare: prepareMotion,
  },
};

function prepareMotion({ pairs, sessions, linear }) {
  const random = data.uniform(4);
  const session = () => Int32Array.from({ length: pairs }, () => 1 + Math.floor(sessions * random()));
  const depth = () => Float64Array.from({ length: pairs }, () => 3000 + 1000 * random());
  const depthAUm = depth();
  const matched = {
    sessionA: session(),
    sessionB: session(),
    depthAUm,
    depthBUm: depthAUm.map((um) => um + 20 * random()),
  };
  const resamples = 100;
  return {
    work: pairs * resamples,
    run: async (threads) => {
      const found = await estimateMotion(matched, { sessionCount: sessions, linear, resamples }, { threads });
      return [found, found.low, found.high].flatMap((motion) => [motion.linear, motion.constantUm]);
    },
  };
}
