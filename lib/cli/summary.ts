import type { RunOutcome } from '../run/run.js';
import type { GroupResult, ProbabilisticGroup, ReferenceGroup } from '../tracking/result.js';
import { isRigid } from '../recording/motion.js';
import { doubtfulBelow, percent } from '../report/summary.js';
import { count } from './count.js';

/** What `dant run` found, as `--json` prints it. */
export function summaryFacts({ folder, seconds, result, warnings }: RunOutcome) {
  return {
    folder,
    seconds,
    units: result.clusters.length,
    sessions: sessionCount(result.groups),
    clusters: result.clusterCount,
    matchedUnits: result.clusters.filter((cluster) => cluster > 0).length,
    matchedPairs: result.matchedPairs.length / 2,
    secondsByStage: Object.fromEntries(result.seconds),
    groups: result.groups.map((group) => ({
      shank: group.shank ?? null,
      units: group.units.length,
      method: group.method,
      ...(group.method === 'reference' ? learnedFacts(group) : evidenceFacts(group)),
      motion: [...group.motion.constantUm].map((constantUm, i) => ({
        session: i + 1,
        constantUm,
        linearUmPerMm: group.motion.linear[i],
        ...(group.motion.quadratic && { quadraticUmPerMm2: group.motion.quadratic[i] }),
        ...(group.motionInterval && {
          constantUmInterval: [group.motionInterval.low.constantUm[i], group.motionInterval.high.constantUm[i]],
        }),
      })),
    })),
    warnings,
  };
}

function learnedFacts({ features, weights, threshold, motionIterations }: ReferenceGroup) {
  return {
    weights: Object.fromEntries(features.map((name, i) => [name, weights[i]])),
    threshold: threshold ?? null,
    motionIterations: motionIterations.length,
  };
}

function evidenceFacts({ model }: ProbabilisticGroup) {
  return {
    falsePositiveRate: Number.isNaN(model.falsePositiveRate) ? null : model.falsePositiveRate,
    clusterConfidence: [...model.clusters.subarray(1)],
    splitCandidates: model.splitCandidates.length / 2,
    contaminatedUnits: model.contaminatedUnits.length,
    decoys: model.decoyKind ?? null,
    connections: model.connections.pairs.map(({ displacementUm, ...pair }) => ({
      ...pair,
      displacementUm: Number.isNaN(displacementUm) ? null : displacementUm,
    })),
  };
}

/** What `dant run` found, for people. */
export function summaryText(outcome: RunOutcome): string {
  const { folder, seconds, units, sessions, clusters, matchedUnits, matchedPairs } = summaryFacts(outcome);
  const share = units === 0 ? 0 : Math.round((100 * matchedUnits) / units);
  return [
    `Tracked ${count(units, 'unit')} of ${count(sessions, 'session')} in ${seconds.toFixed(1)} s:`,
    `  ${count(clusters, 'neuron')} found in more than one session`,
    `  ${count(matchedUnits, 'matched unit')} (${share} %), ${count(matchedPairs, 'matched pair')}`,
    ...outcome.result.groups.map((group) => (group.method === 'reference' ? weights(group) : evidence(group))),
    ...motionTable(outcome.result.groups),
    ...stageTable(outcome),
    `The results are in ${folder}.`,
  ].join('\n');
}

function weights({ shank, features, weights: values, threshold }: ReferenceGroup): string {
  const where = shank === undefined ? '' : `shank ${shank}: `;
  const list = features.map((name, i) => `${name} ${values[i]!.toFixed(2)}`).join(', ');
  return `  ${where}weights ${list}; threshold ${threshold === undefined ? 'not learned' : threshold.toFixed(2)}`;
}

/** How sure the matches are. */
function evidence({ shank, units, model }: ProbabilisticGroup): string {
  const { clusters, falsePositiveRate, splitCandidates, contaminatedUnits } = model;
  const where = shank === undefined ? '' : `shank ${shank}: `;
  const doubtful = clusters.subarray(1).filter((confidence) => confidence < doubtfulBelow).length;
  const split = splitCandidates.length / 2;
  const facts = [
    ...(Number.isNaN(falsePositiveRate)
      ? []
      : [`${percent(falsePositiveRate)} of the matched pairs expected to be wrong`]),
    clusters.length === 1
      ? 'nothing matched'
      : `${doubtful === 0 ? 'no neuron' : count(doubtful, 'neuron')} with a confidence below ${100 * doubtfulBelow} %`,
    ...(split === 0 ? [] : [`${count(split, 'pair')} of units split by the sorter`]),
    ...(contaminatedUnits.length === 0
      ? []
      : [`${count(contaminatedUnits.length, 'unit')} without a refractory period left out`]),
  ];
  return `  ${where}${units.length === 0 ? 'no units' : facts.join('; ')}`;
}

/** One row per session; for each shank the motion, its change with depth and its interval. */
function motionTable(groups: readonly GroupResult[]): string[] {
  if (groups.length === 0) return [];
  const isRigidMotion = groups.every(({ motion }) => isRigid(motion));
  // Depths of several shanks would not fit side by side.
  if (groups.length > 1 && !isRigidMotion) return groups.flatMap((group) => motionTable([group]));
  const columns = [
    ['session', ...Array.from({ length: sessionCount(groups) }, (_, i) => String(i + 1))],
    ...groups.flatMap(motionColumns),
  ];
  const padded = columns.map((column) => {
    const width = Math.max(...column.map((cell) => cell.length));
    return column.map((cell) => cell.padStart(width));
  });
  return [
    `Motion of the probe${isRigidMotion ? '' : ', by depth in µm'}:`,
    ...padded[0]!.map((_, row) => `  ${padded.map((column) => column[row]!).join('   ')}`),
  ];
}

/** Where the time went. */
function stageTable({ result }: RunOutcome): string[] {
  const stages = [...result.seconds].sort(([, a], [, b]) => b - a);
  const width = Math.max(...stages.map(([stage]) => stage.length));
  const peakGb = process.resourceUsage().maxRSS / 1e6;
  return [
    `Time by stage (peak memory ${peakGb.toFixed(2)} GB):`,
    ...stages.map(([stage, seconds]) => `  ${stage.padEnd(width)}  ${seconds.toFixed(2).padStart(8)} s`),
  ];
}

function motionColumns({ shank, motion, motionInterval }: GroupResult): string[][] {
  const { constantUm, linear, quadratic } = motion;
  const where = shank === undefined ? '' : `shank ${shank}, `;
  const isLinear = !isRigid(motion);
  const columns = [[where + (isLinear ? 'µm at depth 0' : 'µm'), ...Array.from(constantUm, decimal)]];
  if (motionInterval) {
    const { low, high } = motionInterval;
    const cells = Array.from(constantUm, (_, i) =>
      Number.isNaN(low.constantUm[i]!)
        ? 'not known'
        : `${decimal(low.constantUm[i]!)} to ${decimal(high.constantUm[i]!)}`,
    );
    columns.push(['95 % interval', ...cells]);
  }
  if (isLinear) columns.push(['µm per mm of depth', ...Array.from(linear, decimal)]);
  if (quadratic?.some((value) => value !== 0)) columns.push(['µm per mm²', ...Array.from(quadratic, decimal)]);
  return columns;
}

const decimal = (value: number) => value.toFixed(1).replace(/^-0\.0$/, '0.0');

const sessionCount = (groups: readonly GroupResult[]) => groups[0]?.motion.constantUm.length ?? 0;
