import type { Entry } from './entries.js';

/** "12" finds neuron 12, "u5" that of unit 5, "c45" those of the sorter's clusters 45; "sessions>4", "confidence<99", "mixed>0" compare; several conditions must all hold. */
export function compileFilter(text: string): (entry: Entry) => boolean {
  const tests = text
    .trim()
    .split(/\s+(?![<>=])(?<![<>=]\s)/)
    .filter((part) => part !== '')
    .map((part): ((entry: Entry) => boolean) => {
      const [, name, sign, value] = /^([a-z]+)\s*(<=|>=|<|>|=)\s*(-?[\d.]+)$/i.exec(part) ?? [];
      if (name === undefined) {
        const wanted = part.toLowerCase();
        return ({ id, units, clusterIds }) =>
          String(id) === part ||
          units.some((unit) => `u${unit}` === wanted) ||
          clusterIds.some((cluster) => `c${cluster}` === wanted);
      }
      const wanted = Number(value);
      return (entry) => {
        const found = quantity(entry, name.toLowerCase());
        if (found === undefined) return false;
        return sign === '<'
          ? found < wanted
          : sign === '>'
            ? found > wanted
            : sign === '<='
              ? found <= wanted
              : sign === '>='
                ? found >= wanted
                : found === wanted;
      };
    });
  return (entry) => tests.every((test) => test(entry));
}

function quantity(entry: Entry, name: string): number | undefined {
  const quantities: [string, number | undefined][] = [
    ['sessions', entry.kind === 'cluster' ? entry.sessions.length : entry.sessions[0]],
    ['units', entry.units.length],
    ['similarity', entry.similarity],
    ['nearest', entry.similarity],
    ['probability', entry.similarity],
    ['confidence', entry.confidence],
    ['splits', entry.splits.length],
    ['mixed', entry.mixed.length],
    ['depth', entry.depth],
    ['amplitude', entry.amplitude],
    ['shank', entry.shank],
    ['curation', entry.events.length],
  ];
  return quantities.find(([known]) => known.startsWith(name))?.[1];
}
