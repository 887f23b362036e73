import { colors, fontFamily } from '../report/figures/theme.js';
import { escapeHtml } from '../report/page_head.js';

/** What a panel shows: a neuron in a session around an event. */
export interface RatePanel {
  /** (bins) spikes/s */
  low: ArrayLike<number>;
  middle: ArrayLike<number>;
  high: ArrayLike<number>;
}

export interface NeuronFigure {
  title: string;
  /** Per session: its name, and what is below it */
  sessions: readonly { name: string; note: string }[];
  /** Per response: its name, and a panel for each session; undefined: the neuron or the event is not in it */
  responses: readonly { name: string; panels: readonly (RatePanel | undefined)[] }[];
  /** (bins) s from the event */
  times: ArrayLike<number>;
}

const panelWidth = 150;
const panelHeight = 92;
const gap = 28;
const left = 58;
const top = 74;
const rowGap = 44;
/** What a neuron that hardly fires is drawn against, spikes/s */
const leastScale = 2;

/** A neuron's rates, a row of panels for each response and a column for each session; one scale in each row. As SVG. */
export function neuronSvg({ title, sessions, responses, times }: NeuronFigure): string {
  const width = left + sessions.length * (panelWidth + gap) + 6;
  const height = top + responses.length * (panelHeight + rowGap) + 16;
  const parts = [text(left, 22, title, { size: 15, weight: 600 })];
  sessions.forEach(({ name, note }, s) => {
    const x = left + s * (panelWidth + gap);
    parts.push(
      text(x, 44, shortened(name), { size: 11, weight: 500 }),
      text(x, 58, note, { size: 10, color: faintInk }),
    );
  });
  responses.forEach(({ name, panels }, r) => {
    const y = top + r * (panelHeight + rowGap) + 12;
    const most = Math.max(
      leastScale,
      ...panels.flatMap((panel) => (panel ? Array.from(panel.high) : [])).filter(Number.isFinite),
    );
    const scale = niceCeiling(most);
    parts.push(text(left, y - 5, name, { size: 10, color: faintInk }));
    panels.forEach((panel, s) => {
      parts.push(panelSvg(panel, times, left + s * (panelWidth + gap), y, scale, s === 0));
    });
  });
  const label = text(0, 0, 'spikes/s', { size: 11, anchor: 'middle' });
  parts.push(`<g transform="translate(15 ${top + 12 + panelHeight / 2}) rotate(-90)">${label}</g>`);
  parts.push(text(left, height - 6, 'time from the event (s)', { size: 11 }));
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="${escapeHtml(fontFamily)}"><rect width="100%" height="100%" fill="white"/>${parts.join('')}</svg>`
  );
}

const faintInk = '#5b6570';

function panelSvg(
  panel: RatePanel | undefined,
  times: ArrayLike<number>,
  x: number,
  y: number,
  most: number,
  isFirst: boolean,
): string {
  const step = times.length > 1 ? times[1]! - times[0]! : 1;
  const from = times[0]! - step / 2;
  const to = times[times.length - 1]! + step / 2;
  const xOf = (time: number) => round(x + ((time - from) / (to - from)) * panelWidth);
  const yOf = (rate: number) => round(y + panelHeight - (Math.min(Math.max(rate, 0), most) / most) * panelHeight);
  const base = y + panelHeight;
  const parts = [`<path d="M${x} ${base}h${panelWidth}" stroke="#8b929b"/>`];
  if (from <= 0 && to >= 0) {
    parts.push(`<path d="M${xOf(0)} ${y}V${base}" stroke="#8b929b" stroke-dasharray="3 3"/>`);
  }
  for (const time of ticks(from, to)) {
    parts.push(text(xOf(time), base + 13, String(time), { size: 10, anchor: 'middle' }));
  }
  if (isFirst) {
    for (const rate of [0, most]) parts.push(text(x - 6, yOf(rate) + 4, String(rate), { size: 10, anchor: 'end' }));
    parts.push(`<path d="M${x} ${y}V${base}" stroke="#8b929b"/>`);
  }
  if (!panel) {
    parts.push(text(x + panelWidth / 2, y + panelHeight / 2, '–', { size: 12, color: '#a3a7ad', anchor: 'middle' }));
    return parts.join('');
  }
  const points = (rates: ArrayLike<number>) => Array.from(rates, (rate, i) => `${xOf(times[i]!)} ${yOf(rate)}`);
  const band = [...points(panel.high), ...points(panel.low).reverse()].join('L');
  parts.push(
    `<path d="M${band}Z" fill="${colors.matched}" opacity="0.22"/>`,
    `<path d="M${points(panel.middle).join('L')}" fill="none" stroke="${colors.matched}" stroke-width="1.5"/>`,
  );
  return parts.join('');
}

function text(
  x: number,
  y: number,
  content: string,
  { size, weight, color = colors.ink, anchor }: { size: number; weight?: number; color?: string; anchor?: string },
): string {
  const more =
    (weight === undefined ? '' : ` font-weight="${weight}"`) + (anchor === undefined ? '' : ` text-anchor="${anchor}"`);
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${color}"${more}>${escapeHtml(content)}</text>`;
}

const round = (value: number) => Math.round(10 * value) / 10;
const shortened = (name: string) => (name.length > 24 ? `${name.slice(0, 23)}…` : name);

/** The next round number */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * [1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10].find((factor) => factor * power >= value - 1e-9)!;
}

/** Round times in the window, at most five */
function ticks(from: number, to: number): number[] {
  const raw = (to - from) / 4;
  const step = [1, 2, 5, 10]
    .map((factor) => factor * 10 ** Math.floor(Math.log10(raw)))
    .find((nice) => nice >= raw - 1e-9)!;
  const first = Math.ceil(from / step - 1e-9);
  const last = Math.floor(to / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, i) => Math.round((first + i) * step * 1e6) / 1e6 + 0);
}
