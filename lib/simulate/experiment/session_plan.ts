import { Random } from '../../random.js';
import { stream } from '../streams.js';

/** From when to when a signal is on, s on the clock of the behaviour */
export type Pulse = readonly [on: number, off: number];

/** What happens in a session of the lever task, on the clock of the behaviour. */
export interface SessionPlan {
  /** Length of the behaviour file, s */
  behaviourS: number;
  /** When the probe begins on the clock of the behaviour, s */
  probeStartS: number;
  /** How much faster the behaviour's clock runs, ppm */
  driftPpm: number;
  sync: Pulse[];
  channels: Record<'Back_Sensor' | 'Front_Sensor' | 'Reward_Signal' | 'Reset_Signal' | 'Tone_Signal', Pulse[]>;
  /** Times of what neurons respond to, s */
  events: Record<SimulatedEvent, number[]>;
}

/** Names as in the task `lever-push` */
export const simulatedEvents = ['tone_onset', 'back_sensor_open', 'reward'] as const;
export type SimulatedEvent = (typeof simulatedEvents)[number];

/** Before the probe begins nothing happens to the animal; after the last trial neither. */
const marginS = 1;

/** Plans a session of `probeS` seconds of the probe. */
export function planSession(seed: number, session: number, probeS: number): SessionPlan {
  const random = new Random(seed, stream.experiment, session);
  // Sometimes the probe begins first.
  const probeStartS = Math.round(1000 * random.uniform(-1.5, 3)) / 1000;
  const behaviourS = Math.round(Math.max(0, probeStartS) + probeS + random.uniform(-1, 2));
  const driftPpm = random.uniform(-40, 40);
  const plan: SessionPlan = {
    behaviourS,
    probeStartS,
    driftPpm,
    sync: syncPulses(random, Math.min(0, probeStartS), behaviourS + 5),
    channels: { Back_Sensor: [], Front_Sensor: [], Reward_Signal: [], Reset_Signal: [], Tone_Signal: [] },
    events: { tone_onset: [], back_sensor_open: [], reward: [] },
  };
  addTrials(random, plan, Math.min(behaviourS, probeStartS + probeS) - marginS);
  return plan;
}

/** Pulses of random lengths and distances: a train that fits to itself in one way only. */
function syncPulses(random: Random, fromS: number, toS: number): Pulse[] {
  const pulses: Pulse[] = [];
  for (let t = fromS + 0.05; t < toS;) {
    const off = t + random.uniform(0.02, 0.2);
    pulses.push([t, off]);
    t = off + random.uniform(0.02, 0.3);
  }
  return pulses;
}

function addTrials(random: Random, { channels, events, probeStartS }: SessionPlan, endS: number): void {
  channels.Reset_Signal.push([0.3, 0.35]);
  for (let t = Math.max(0, probeStartS) + marginS; t + 1.2 < endS; t += random.uniform(1.3, 1.9)) {
    const kind = random.uniform();
    const isCued = kind < 0.85;
    const isPush = kind < 0.6 || !isCued;
    if (isCued) {
      channels.Tone_Signal.push([t, t + 0.25]);
      events.tone_onset.push(t);
    }
    const push = t + (isCued ? random.uniform(0.35, 0.5) : 0);
    if (isPush) {
      channels.Back_Sensor.push([push, push + 0.25]);
      channels.Front_Sensor.push([push + 0.08, push + 0.2]);
      events.back_sensor_open.push(push);
    }
    if (isPush && isCued) {
      channels.Reward_Signal.push([push + 0.15, push + 0.2]);
      events.reward.push(push + 0.15);
    }
    channels.Reset_Signal.push([t + 0.9, t + 0.95]);
  }
}
