import { listed } from '../dataset/findings.js';
import type { Events } from './events.js';
import type { CompleteImportOptions } from './options.js';
import { PethMaker, checkPethOptions } from './peth.js';

/** A session's events; undefined: none were given. */
export interface TimedEvents {
  events: Events | undefined;
  durationMs: number;
}

/** Histograms of all types that any session has, in the order in which they come. Keeps the events that can be used. */
export function planPeth(
  sessions: readonly TimedEvents[],
  options: CompleteImportOptions,
  warnings: string[],
): PethMaker | undefined {
  if (sessions.every(({ events }) => events === undefined)) return undefined;
  checkPethOptions(options);
  const maker = new PethMaker([...new Set(sessions.flatMap(({ events }) => [...(events?.keys() ?? [])]))], options);
  for (const [s, session] of sessions.entries()) {
    const all = session.events ?? new Map<string, Float64Array>();
    session.events = new Map([...all].map(([type, times]) => [type, maker.whole(times, session.durationMs)]));
    const count = (events: Events) => [...events.values()].reduce((sum, { length }) => sum + length, 0);
    const lost = count(all) - count(session.events);
    if (lost > 0) {
      warnings.push(
        `Session ${s + 1}: ${lost} of ${count(all)} events are so near to the beginning or the end that their window is not whole; they were left out.`,
      );
    }
    const absent = maker.types.filter((type) => (session.events!.get(type)?.length ?? 0) === 0);
    if (absent.length > 0) {
      warnings.push(
        `Session ${s + 1}: it has no events of the ${absent.length === 1 ? 'type' : 'types'} ${listed(absent)}; its PETHs are NaN there.`,
      );
    }
  }
  return maker;
}
