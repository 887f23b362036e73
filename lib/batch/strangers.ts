import type { GroupResult } from '../tracking/result.js';
import type { ResultFacts } from './task_state.js';

/** Which sessions of a recording show neurons in common. */
export interface SessionsInCommon {
  /** Every two sessions, and how many of these pairs do */
  pairs: number;
  connectedPairs: number;
  /**
   * From 1: those that show none with most of the others. They may be another animal's or another probe's, or the probe has
   * moved out of reach. All of them, if no two sessions do.
   */
  strangers: number[];
}

/** Undefined: pyDANT's method does not ask. On several shanks, neurons in common on one of them are enough. */
export function sessionsInCommon(groups: readonly GroupResult[]): SessionsInCommon | undefined {
  const connections = groups.flatMap((group) => (group.method === 'probabilistic' ? [group.model.connections] : []));
  const [first] = connections;
  if (!first) return undefined;
  const component = Array.from(first.component, (_, s) => s);
  for (const { sessionA, sessionB } of connections.flatMap(({ pairs }) =>
    pairs.filter(({ isConnected }) => isConnected),
  )) {
    const [into, from] = [component[sessionA - 1]!, component[sessionB - 1]!];
    component.forEach((name, s) => {
      if (name === from) component[s] = into;
    });
  }
  const sizes = component.map((name) => component.filter((other) => other === name).length);
  const largest = Math.max(...sizes);
  const main = largest > 1 ? component[sizes.indexOf(largest)] : undefined;
  const count = component.length;
  return {
    pairs: (count * (count - 1)) / 2,
    connectedPairs: sizes.reduce((sum, size) => sum + (size - 1) / 2, 0),
    strangers: count < 2 ? [] : component.flatMap((name, s) => (name === main ? [] : [s + 1])),
  };
}

/** The same in words, for people to look at; undefined: nothing is amiss. */
export function strangersText({ inCommon, sessionNames }: ResultFacts): string | undefined {
  const { strangers = [], pairs = 0, connectedPairs = 0 } = inCommon ?? {};
  if (strangers.length === 0) return undefined;
  if (connectedPairs === 0 && pairs > 1) return 'no two sessions show a neuron in common';
  if (pairs === 1) return 'the two sessions show no neuron in common';
  const [first, ...more] = strangers.map((s) => {
    const name = sessionNames[s - 1];
    return name === undefined ? `session ${s}` : `session ${s} (${name})`;
  });
  return more.length === 0
    ? `${first!} shows no neuron in common with the others: is it another animal’s or another probe’s, or has the probe moved out of reach?`
    : `${[first!, ...more].join(' and ')} show no neuron in common with most of the others: are they another animal’s or another probe’s, or has the probe moved out of reach?`;
}
