import { scheme } from 'vega-scale';

/** Colours of sessions in their order, none too pale to be read. */
export function sessionColors(count: number): string[] {
  const colorAt = scheme('viridis');
  return Array.from({ length: count }, (_, s) => colorAt((0.86 * s) / Math.max(1, count - 1)));
}

export const sessionColor = (count: number) =>
  ({
    field: 'session',
    type: 'ordinal',
    title: 'session',
    scale: { domain: Array.from({ length: count }, (_, s) => s + 1), range: sessionColors(count) },
    legend: { columns: 1, symbolLimit: 40 },
  }) as const;
