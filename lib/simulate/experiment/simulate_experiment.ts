import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { requireText, steeringOf } from '../../arguments.js';
import { abortError, DantError } from '../../errors.js';
import { makeNewFolder } from '../../files/new_folder.js';
import { Random } from '../../random.js';
import { simulationParameters, type SimulateOptions } from '../parameters.js';
import { faults, planUnits } from '../plan.js';
import { makeSpikeGlxProbe } from '../probe.js';
import { writeRawSession } from '../raw/render.js';
import { sortedClusters, writeSorterFolder } from '../raw/sorter_files.js';
import { metaText, scaleOf } from '../raw/spikeglx_files.js';
import { makeRecording, type Recording } from '../recording.js';
import type { SimulateControl } from '../simulate.js';
import { stream } from '../streams.js';
import type { SimulationParameters } from '../table.js';
import { archive, lfMetaText, probeSync, syncValue, writeBehaviour, writeLf } from './session_files.js';
import { planSession, simulatedEvents, type SessionPlan, type SimulatedEvent } from './session_plan.js';

/** What is otherwise in an experiment unless it is asked for. */
export const experimentDefaults: Partial<SimulationParameters> = {
  channels: 32,
  neurons: 14,
  sessions: 3,
  presence: 1,
  driftUm: 12,
  durationS: 40,
  firingRateHz: 5,
  samples: 90,
  peth: false,
};

/** Spikes that an event evokes, how many ms after it they are, and how far apart. */
const evoked = { spikes: 4, delayMs: 60, spreadMs: 20 };

const mice = ['M1', 'M2'];

export interface ExperimentSummary {
  mice: string[];
  sessions: number;
  /** Neurons that respond, by mouse and event */
  responding: Record<string, Record<SimulatedEvent, number>>;
}

/**
 * Writes a simulated experiment as it lies in a laboratory: two mice that push a lever when a tone asks for it, some days each. `raw/` has a
 * folder for each session, with the probe's recording (SpikeGLX) and the behaviour (TDMS), each file as `.tar.gz`; `processed/` has the
 * sorter's folders. In each mouse three neurons respond: to the tone, the push, the reward. `truth.json` tells which, what their
 * clusters are called in each session, and the lags. The same options give the same bytes.
 * @param folder New or empty; appears whole or not at all.
 */
export async function simulateExperiment(
  folder: string,
  options: SimulateOptions = {},
  control: SimulateControl = {},
): Promise<ExperimentSummary> {
  requireText('folder', folder);
  const { signal, onProgress }: SimulateControl = steeringOf('control', control);
  const parameters = simulationParameters(options, undefined, experimentDefaults);
  const scale = scaleOf(parameters);
  const { sessions, channels } = parameters;
  const responding: ExperimentSummary['responding'] = {};
  const truth: Record<string, unknown> = {};
  await makeNewFolder(folder, async (target) => {
    for (const [m, mouse] of mice.entries()) {
      const own = { ...parameters, seed: (parameters.seed + 7919 * m) % 2 ** 32 };
      const recording = makeRecording(own, makeSpikeGlxProbe(own));
      const plans = Array.from({ length: sessions }, (_, s) => planSession(own.seed, s, own.durationS));
      const neurons = (responding[mouse] = chooseNeurons(recording, mouse));
      const answering: Recording = {
        ...recording,
        evoked: (index, s) => evokedSpikes(own, plans[s]!, neurons, index, s),
      };
      const units = planUnits(answering);
      const clustersOf: Record<string, Record<string, number>> = {};
      for (const [s, plan] of plans.entries()) {
        if (signal?.aborted) throw abortError(signal);
        const name = `2101${String(s + 1).padStart(2, '0')}_${mouse}`;
        const clusters = sortedClusters(
          answering,
          units.filter(({ session }) => session === s),
          s,
        );
        const raw = join(target, 'raw', name);
        const sorted = join(target, 'processed', name, 'sorted_stream_0');
        await mkdir(raw, { recursive: true });
        await mkdir(join(target, 'processed', name), { recursive: true });
        const isOn = probeSync(plan, own.sampleRateHz);
        const ap = `${name}_g0_t0.imec0.ap`;
        const written = await writeRawSession(join(raw, `${ap}.bin`), answering, s, scale, {
          signal,
          syncWord: (row) => (isOn(row) ? syncValue : 0),
          onProgress: (share) => onProgress?.((m * sessions + s + 0.7 * share) / (mice.length * sessions)),
        });
        const meta = metaText(own, answering.probe, scale, { name: `${ap}.bin`, ...written });
        await writeFile(join(raw, `${ap}.meta`), meta);
        const files = [`${ap}.bin`, `${ap}.meta`];
        if (scale.hasLfp) {
          const lf = `${name}_g0_t0.imec0.lf`;
          const written = await writeLf(join(raw, `${lf}.bin`), plan, channels, own.durationS, own.seed, s);
          await writeFile(join(raw, `${lf}.meta`), lfMetaText(meta, `${lf}.bin`, channels, written));
          files.push(`${lf}.bin`, `${lf}.meta`);
        }
        const behaviour = 'NeuropixelBehaviour(0).tdms';
        await writeBehaviour(join(raw, behaviour), plan, own.seed, s);
        for (const file of [...files, behaviour]) await archive(join(raw, file), file);
        await writeSorterFolder(sorted, answering, clusters, `../../../interim/${name}/${ap}.bin`);
        clustersOf[name] = Object.fromEntries(
          clusters.flatMap(({ unit, id }) => (unit?.fault === faults.none ? [[unit.neuron, id]] : [])),
        );
      }
      truth[mouse] = {
        responding: neurons,
        clusters: clustersOf,
        lags_ms: plans.map(({ probeStartS }) => Math.round(1000 * probeStartS)),
        drift_ppm: plans.map(({ driftPpm }) => driftPpm),
      };
    }
    await writeFile(join(target, 'truth.json'), `${JSON.stringify(truth, null, 1)}\n`);
  });
  return { mice, sessions, responding };
}

/** Three neurons that a sorter finds whole in every session. */
function chooseNeurons(recording: Recording, mouse: string): Record<SimulatedEvent, number> {
  const { sessions, seed } = recording.parameters;
  const whole = planUnits(recording).filter(({ fault }) => fault === faults.none);
  const counts = new Map<number, number>();
  for (const { neuron } of whole) counts.set(neuron, (counts.get(neuron) ?? 0) + 1);
  const found = [...counts]
    .filter(([, count]) => count === sessions)
    .map(([neuron]) => neuron)
    .sort((a, b) => a - b);
  if (found.length < simulatedEvents.length) {
    throw new DantError(
      'DANT_ARGUMENT',
      `Only ${found.length} neurons of ${mouse} are found in all ${sessions} sessions, but ${simulatedEvents.length} are to respond. Choose more neurons, fewer sessions or less drift.`,
    );
  }
  const order = new Random(seed, stream.experiment).permutation(found.length);
  return Object.fromEntries(simulatedEvents.map((event, k) => [event, found[order[k]!]!])) as Record<
    SimulatedEvent,
    number
  >;
}

/** Of a neuron in a session, ms on the probe's clock */
function evokedSpikes(
  { seed, durationS }: SimulationParameters,
  { events, probeStartS, driftPpm }: SessionPlan,
  responding: Record<SimulatedEvent, number>,
  index: number,
  session: number,
): number[] {
  const event = simulatedEvents.find((name) => responding[name] === index);
  if (event === undefined) return [];
  const random = new Random(seed, stream.evoked, index, session);
  return events[event]
    .flatMap((timeS) => {
      const probeMs = (1000 * (timeS - probeStartS)) / (1 + 1e-6 * driftPpm);
      return Array.from(
        { length: evoked.spikes },
        () => probeMs + Math.max(5, evoked.delayMs + evoked.spreadMs * random.normal()),
      );
    })
    .filter((ms) => ms > 0 && ms < 1000 * durationS - 5);
}
