// The figures of docs/accuracy.md, as SVG.
import { rmSync } from 'node:fs';
import { join } from 'node:path';

import { motionAt, readNpy, readNpz, simulate, simulationPresets, track } from '../../dist/index.js';
import { drawSvg } from '../../dist/report/draw_svg.js';
import { sessionColors } from '../../dist/report/figures/session_colors.js';
import { colors } from '../../dist/report/figures/theme.js';
import { pooledConfidence } from './tables.mjs';

/** { name: SVG } for all results; `folder` is used for a recording and emptied again. */
export async function drawFigures(results, folder) {
  return {
    pairs: await drawSvg(pairsFound(results)),
    reliability: await drawSvg(reliability(results)),
    'motion-profile': await drawSvg(await motionProfile(folder)),
  };
}

/** Precision and recall of each kind: a dot for the mean, a line from the worst to the best recording. */
function pairsFound(results) {
  const values = results
    .filter(({ score }) => score)
    .map(({ kind, method, score: { precision, recall } }) => ({ kind, method, precision, recall }));
  const methods = [...new Set(values.map(({ method }) => method))];
  const panel = (measure, title, least, showKinds) => ({
    width: 300,
    height: { step: 13 },
    layer: [
      {
        mark: { type: 'rule', strokeWidth: 2, opacity: 0.45 },
        encoding: {
          x: {
            aggregate: 'min',
            field: measure,
            type: 'quantitative',
            title,
            scale: { domain: [least, 1], zero: false, clamp: true },
          },
          x2: { aggregate: 'max', field: measure },
        },
      },
      {
        mark: { type: 'point', filled: true, size: 44, opacity: 1 },
        encoding: { x: { aggregate: 'mean', field: measure, type: 'quantitative' } },
      },
    ],
    encoding: {
      y: {
        field: 'kind',
        type: 'nominal',
        title: null,
        sort: Object.keys(simulationPresets),
        axis: showKinds ? {} : null,
        scale: { paddingInner: 0.35 },
      },
      yOffset: { field: 'method', type: 'nominal', sort: methods },
      color: {
        field: 'method',
        type: 'nominal',
        title: 'method',
        sort: methods,
        scale: { domain: methods, range: colors.series.slice(0, methods.length) },
      },
    },
  });
  return {
    data: { values },
    hconcat: [panel('recall', 'recall', 0, true), panel('precision', 'precision', 0.8, false)],
    spacing: 24,
  };
}

/** Share of right pairs against the probability they were given, with two standard errors. */
function reliability(results) {
  const bins = pooledConfidence(results.filter(({ method }) => method === 'probabilistic'));
  const values = Object.entries({
    'all nearby pairs': bins.pairs,
    'matched pairs, by confidence of the cluster': bins.clusters,
  })
    .flatMap(([pairs, list]) => list.map((bin) => ({ ...bin, kind: pairs })))
    .filter(({ pairs }) => pairs >= 20)
    .map(({ kind, pairs, expected, right }) => {
      const error = 2 * Math.sqrt((right * (1 - right)) / pairs);
      return { kind, expected, right, low: Math.max(0, right - error), high: Math.min(1, right + error) };
    });
  const x = {
    field: 'expected',
    type: 'quantitative',
    title: 'probability given (mean)',
    scale: { domain: [0, 1] },
  };
  const color = {
    field: 'kind',
    type: 'nominal',
    title: null,
    legend: { labelLimit: 0, orient: 'bottom' },
    scale: { range: colors.series.slice(0, 2) },
  };
  return {
    width: 360,
    height: 360,
    layer: [
      {
        data: {
          values: [
            { expected: 0, right: 0 },
            { expected: 1, right: 1 },
          ],
        },
        mark: { type: 'line', color: colors.unmatched, strokeDash: [4, 3] },
        encoding: { x, y: { field: 'right', type: 'quantitative', title: 'share that is right' } },
      },
      {
        data: { values },
        mark: { type: 'rule', opacity: 0.6 },
        encoding: { x, y: { field: 'low', type: 'quantitative' }, y2: { field: 'high' }, color },
      },
      {
        data: { values },
        mark: { type: 'point', filled: true, opacity: 1 },
        encoding: { x, y: { field: 'right', type: 'quantitative' }, color },
      },
    ],
  };
}

/** The motion that was found in one recording with motion that grows with depth, beside the true one. */
async function motionProfile(folder) {
  const data = join(folder, 'example');
  await simulate(data, { ...simulationPresets['depth-drift'].parameters, seed: 31 });
  const { groups } = await track({ data });
  const { motion, motionInterval } = groups[0];
  const truth = await readNpz(join(data, 'truth.npz'));
  const { data: locations } = await readNpy(join(data, 'channel_locations.npy'), { as: 'float64' });
  rmSync(data, { recursive: true });
  const depths = locations.filter((_, k) => k % 2 === 1);
  const [low, high] = [Math.min(...depths), Math.max(...depths)];
  const at = Array.from({ length: 13 }, (_, k) => low + ((high - low) * k) / 12);
  const sessions = motion.constantUm.length;
  const trueMotion = { constantUm: truth.drift.data, linear: truth.linear.data };
  const values = at.flatMap((depth) => {
    const mean = (of) => of.constantUm.reduce((sum, _, s) => sum + motionAt(of, s + 1, depth), 0) / sessions;
    // Motion is known up to what all sessions share.
    return Array.from({ length: sessions }, (_, s) => ({
      session: s + 1,
      depth,
      found: motionAt(motion, s + 1, depth) - mean(motion),
      low: motionAt(motionInterval.low, s + 1, depth) - mean(motion),
      high: motionAt(motionInterval.high, s + 1, depth) - mean(motion),
      truth: motionAt(trueMotion, s + 1, depth) - mean(trueMotion),
    }));
  });
  const y = { field: 'depth', type: 'quantitative', title: 'depth (µm)', scale: { zero: false } };
  const x = (field) => ({ field, type: 'quantitative', title: 'motion (µm)', scale: { zero: false } });
  const color = {
    field: 'session',
    type: 'ordinal',
    scale: { range: sessionColors(sessions) },
    legend: { symbolType: 'stroke' },
  };
  return {
    width: 420,
    height: 320,
    data: { values },
    layer: [
      {
        mark: { type: 'area', orient: 'horizontal', opacity: 0.25 },
        encoding: { x: x('low'), x2: { field: 'high' }, y, color },
      },
      {
        mark: { type: 'line', orient: 'horizontal' },
        encoding: { x: x('found'), y, color, order: { field: 'depth' } },
      },
      {
        mark: { type: 'line', strokeDash: [4, 3], strokeWidth: 1.2 },
        encoding: {
          x: x('truth'),
          y,
          detail: { field: 'session' },
          order: { field: 'depth' },
          color: { value: colors.ink },
        },
      },
    ],
  };
}
