import { binarise, firstAbove } from '../arrays.js';
import { fileError } from '../files/file_error.js';
import type { WritableArray } from '../files/write_elements.js';
import { addOptoActions } from './opto_labels.js';
import { channelsOf, type ActionRule, type Task } from './task.js';

/** Bits above this do not fit into numbers of 16 bits with a sign. */
const mostShortBits = 14;

/** Actions and events of a recording, ms by ms. */
export interface ActionLabels {
  /** Bits of the actions at each ms */
  actions: Int32Array;
  /** Bits of the events at each ms */
  events: Int32Array;
  /** How often each was found */
  counts: { actions: Record<string, number>; events: Record<string, number> };
  warnings: string[];
}

/**
 * Finds what a task calls events and actions.
 * @param path Of the behaviour file, for messages
 * @param channels Values at 1 kHz by their group in the behaviour file, all of one length, cropped to what the probe recorded too
 * @throws DANT_DATA if channels of the task are missing
 */
export function labelActions(
  path: string,
  task: Task,
  channels: ReadonlyMap<string, Float32Array | Float64Array>,
): ActionLabels {
  const states = new Map<string, Uint8Array>();
  for (const name of channelsOf(task)) {
    const values = channels.get(name);
    if (!values) {
      throw fileError(
        path,
        `the task ${task.name} needs the channel ${name} but there are ${[...channels.keys()].join(', ') || 'none'}.`,
      );
    }
    states.set(name, binarise(values));
  }
  const [length = 0] = [...channels.values()].map((values) => values.length);
  const labels: ActionLabels = {
    actions: new Int32Array(length),
    events: new Int32Array(length),
    counts: { actions: {}, events: {} },
    warnings: [],
  };
  for (const [name, column] of states) {
    if (!column.includes(1)) labels.warnings.push(`the channel ${name} never changes.`);
  }
  if (task.name === 'lever-push' && channels.has('Shutter_Signal') && channels.has('Laser_Signal')) {
    labels.warnings.push('there are a shutter and a laser: the task lever-push-opto tells what was done with them on.');
  }
  const times = new Map<string, number[]>();
  for (const [name, { bit, channel, edge, minGapMs = 0, above }] of Object.entries(task.events)) {
    const own = above === undefined ? states.get(channel)! : statesAbove(channels.get(channel)!, above);
    const found = edges(own, edge === 'rise', minGapMs);
    times.set(name, found);
    labels.counts.events[name] = found.length;
    for (const ms of found) labels.events[ms]! |= 1 << bit;
  }
  const rules = Object.values(task.actions);
  if (rules.some(({ rule }) => 'builtIn' in rule && rule.builtIn === 'opto')) addOptoActions(times, labels.actions);
  for (const { bit, rule } of rules) {
    // Those of the reach need the metadata, and are added later.
    if ('builtIn' in rule) continue;
    for (const ms of actionTimes(rule, times, states, labels.actions)) labels.actions[ms] = 1 << bit;
  }
  for (const [name, { bit }] of Object.entries(task.actions)) {
    labels.counts.actions[name] = countBit(labels.actions, bit);
  }
  return labels;
}

/** In how many values the bit is set. */
export const countBit = (values: Int32Array, bit: number) => values.reduce((sum, bits) => sum + ((bits >> bit) & 1), 0);

/** (ms, 2): actions, events; as they are written to `action_labels_N.npy`. */
export function labelArray(task: Task, { actions, events }: Pick<ActionLabels, 'actions' | 'events'>): WritableArray {
  const bits = [...Object.values(task.actions), ...Object.values(task.events)].map(({ bit }) => bit);
  const data = new Int32Array(2 * actions.length);
  for (let ms = 0; ms < actions.length; ms++) {
    data[2 * ms] = actions[ms]!;
    data[2 * ms + 1] = events[ms]!;
  }
  return { data, shape: [actions.length, 2], dtype: Math.max(0, ...bits) > mostShortBits ? '<i4' : '<i2' };
}

const statesAbove = (values: Float32Array | Float64Array, above: number) =>
  Uint8Array.from(values, (value) => (value > above ? 1 : 0));

/** The last ms before each change; of those that follow within `minGapMs` the first. */
function edges(states: Uint8Array, rise: boolean, minGapMs: number): number[] {
  const found: number[] = [];
  const from = rise ? 0 : 1;
  for (let ms = 0; ms + 1 < states.length; ms++) {
    if (states[ms] !== from || states[ms + 1] === from) continue;
    if (found.length === 0 || ms - found.at(-1)! >= minGapMs) found.push(ms);
  }
  return found;
}

function actionTimes(
  rule: ActionRule,
  events: ReadonlyMap<string, number[]>,
  states: ReadonlyMap<string, Uint8Array>,
  actions: Int32Array,
): number[] {
  const of = (name: string) => events.get(name)!;
  const isWanted = (ms: number) =>
    !('while' in rule && rule.while) || states.get(rule.while.channel)![ms] === rule.while.state;
  if ('last' in rule) {
    return of(rule.before)
      .flatMap((ms) => lastUntil(of(rule.last), ms) ?? [])
      .filter(isWanted);
  }
  if ('eachOther' in rule) return of(rule.eachOther).filter((ms) => actions[ms] === 0 && isWanted(ms));
  if (!('without' in rule)) return of(rule.each);
  return of(rule.each).filter((ms) => {
    const without = lastUntil(of(rule.without), ms);
    const since = lastUntil(of(rule.since), ms);
    return without === undefined || (since !== undefined && since >= without);
  });
}

/** The last of ascending times that is not after `ms`. */
function lastUntil(times: readonly number[], ms: number): number | undefined {
  return times[firstAbove(times, ms) - 1];
}
