import type { ReportPage } from '../packed.js';
import type { Units } from './data.js';
import type { Entry } from './entries.js';
import { fullName, nounFor, numberOf, shortName } from './names.js';
import { curvePlot, depthPlot, rowLabels, similarityPlot, waveformPlot, type Arrays } from './plots.js';

export interface DetailData {
  page: ReportPage;
  units: Units;
  curves: Arrays;
  waveforms: Promise<Arrays>;
}

/** Shows a cluster or an unmatched unit with everything that is known of it. */
export class Detail {
  private turn = 0;

  constructor(
    private readonly element: HTMLElement,
    private readonly data: DetailData,
    private readonly onUnit: (unit: number) => void,
  ) {}

  async show(entry: Entry): Promise<void> {
    const { page, units, curves } = this.data;
    const turn = ++this.turn;
    const panels = make('div', 'panels');
    const waveforms = make('div', 'panels');
    this.element.replaceChildren(...this.heading(entry), waveforms, panels);
    this.element.scrollTop = 0;
    if (page.curves.length > 0) {
      const row = make('div', 'panels');
      row.style.gap = '4px';
      row.style.marginTop = '6px';
      row.style.flexWrap = 'nowrap';
      const cells = page.curves.map(({ title }, i) => titled(title, curvePlot(page, units, curves, i, entry)));
      row.append(titled('\u00a0', rowLabels(units, entry)), ...cells);
      panels.append(panel('Spikes, session by session', row));
    }
    if (units.depth && units.session) panels.append(panel('Depth', depthPlot(page, units, entry)));
    const isProbability = page.measure === 'probability';
    if (entry.matrix && isProbability) {
      const note = page.isGivenAllUnits
        ? 's: session. The probability that two units are one neuron, given all units of the recording.'
        : 's: session. Grey: too far apart to be compared, or of one session and not compared. The other units of the neuron count too.';
      panels.append(panel('Match probability of its units', similarityPlot(page, units, entry), note));
    } else if (entry.matrix) {
      panels.append(panel('Similarity of its units', similarityPlot(page, units, entry), 'Fisher z; s: session'));
    }
    if (units.neighbours) {
      panels.append(
        panel(
          isProbability ? 'Likeliest other units' : 'Most similar units outside',
          this.neighbours(entry, (unit) => void this.drawWaveforms(waveforms, entry, turn, unit)),
          'Point at a row to lay its waveform (orange) over these.',
        ),
      );
    }
    await this.drawWaveforms(waveforms, entry, turn);
  }

  private heading(entry: Entry): HTMLElement[] {
    const { page, units } = this.data;
    const { sessions, depth, shank, events, splits, mixed } = entry;
    const place = [
      Number.isNaN(depth) ? '' : `depth ${depth.toFixed(0)} µm`,
      units.shank && new Set(units.shank).size > 1 ? `shank ${shank}` : '',
      sureness(page, entry),
      page.threshold === null ? '' : `threshold ${page.threshold.toFixed(2)}`,
    ].filter((part) => part !== '');
    const legend = make('div', 'sessions');
    if (units.session) {
      for (const session of sessions) {
        legend.append(sessionMark(page, session));
      }
    }
    return [
      make('h2', undefined, titleOf(page, units, entry)),
      make('p', undefined, place.join(' · ')),
      ...events.slice(0, 8).map((event) => make('p', 'event', `Curation: ${event}.`)),
      ...(events.length > 8 ? [make('p', 'event', `… and ${events.length - 8} more curation events.`)] : []),
      ...(entry.kind === 'split'
        ? [this.ownNeurons(entry)]
        : splits.map((text) => make('p', 'event', `Split candidate: ${text}.`))),
      ...mixed.map((text) => make('p', 'event', `Mixed unit: ${text}.`)),
      legend,
    ];
  }

  /** Where the two units of a split candidate are. */
  private ownNeurons({ units: own }: Entry): HTMLElement {
    const line = make('p', undefined, 'Go to ');
    own.forEach((unit, i) => {
      const cluster = this.data.units.cluster[unit]!;
      const link = make(
        'button',
        'link',
        cluster > 0 ? `neuron ${cluster}` : `unmatched ${shortName(this.data.units, unit)}`,
      );
      link.addEventListener('click', () => {
        this.onUnit(unit);
      });
      line.append(...(i > 0 ? [' or '] : []), `${shortName(this.data.units, unit)}: `, link);
    });
    return line;
  }

  private async drawWaveforms(target: HTMLElement, entry: Entry, turn: number, compared?: number): Promise<void> {
    const { page, units } = this.data;
    if (!page.waveforms) return;
    const arrays = await this.data.waveforms;
    // Somebody has gone on meanwhile.
    if (turn !== this.turn) return;
    const { templates } = page.waveforms;
    const names = { recorded: 'Waveforms as recorded', corrected: 'Waveforms, motion corrected' };
    target.replaceChildren(
      ...page.waveforms.kinds.map((kind) =>
        panel(
          names[kind],
          waveformPlot(page, units, arrays, kind, entry, compared),
          kind === 'corrected' && templates > 1
            ? `For the first of ${templates} positions of the probe (n_templates).`
            : undefined,
        ),
      ),
    );
  }

  private neighbours(entry: Entry, onPoint: (unit: number | undefined) => void): HTMLElement {
    const { page, units } = this.data;
    const { neighbours, neighbourSimilarities } = units;
    const best = new Map<number, number>();
    for (const own of entry.units) {
      for (let k = own * page.neighbourCount; k < (own + 1) * page.neighbourCount; ++k) {
        const unit = neighbours![k]!;
        if (unit >= 0 && !entry.units.includes(unit))
          best.set(unit, Math.max(best.get(unit) ?? -Infinity, neighbourSimilarities![k]!));
      }
    }
    const table = make('table', 'neighbours');
    const head = table.appendChild(make('thead')).appendChild(make('tr'));
    for (const title of [nounFor(units), 'session', 'is', page.measure, 'depth (µm)'])
      head.append(make('th', undefined, title));
    const body = table.appendChild(make('tbody'));
    const own = new Set(entry.sessions);
    const order = [...best].sort(([, a], [, b]) => b - a).slice(0, page.neighbourCount);
    for (const [unit, similarity] of order) {
      const row = body.appendChild(make('tr'));
      const link = make('button', undefined, String(numberOf(units, unit)));
      link.addEventListener('click', () => {
        this.onUnit(unit);
      });
      const session = units.session?.[unit];
      const cluster = units.cluster[unit]!;
      const cells = [
        link,
        session === undefined ? '–' : sessionMark(page, session, own.has(session) ? ' (also here)' : ''),
        cluster > 0 ? `neuron ${cluster}` : 'unmatched',
        page.measure === 'probability' && similarity < 0.005 ? '< 0.01' : similarity.toFixed(2),
        units.depth ? (units.depth[unit]! - (units.motion?.[unit] ?? 0)).toFixed(0) : '–',
      ];
      for (const cell of cells) row.appendChild(make('td')).append(cell);
      row.addEventListener('pointerenter', () => {
        onPoint(unit);
      });
      row.addEventListener('pointerleave', () => {
        onPoint(undefined);
      });
    }
    return table;
  }
}

function titleOf(page: ReportPage, all: Units, { kind, id, units, sessions }: Entry): string {
  if (kind === 'split')
    return `Split candidate · ${nounFor(all)}s ${units.map((unit) => numberOf(all, unit)).join(' and ')} of session ${sessions[0] ?? '?'}`;
  if (kind === 'unit') return `Unmatched ${fullName(all, id)}`;
  const span = sessions.length > 0 ? ` in ${sessions.length} of ${page.sessionCount} sessions` : '';
  return `Neuron ${id} · ${units.length} units${span}`;
}

/** How much speaks for a match. */
function sureness(page: ReportPage, { kind, similarity, confidence }: Entry): string {
  if (!Number.isNaN(confidence)) return `confidence ${confidence.toFixed(1)} %`;
  if (Number.isNaN(similarity)) return '';
  if (kind === 'split') return `probability of being one neuron ${similarity.toFixed(2)}`;
  if (kind === 'cluster') return `mean ${page.measure} ${similarity.toFixed(2)}`;
  return `nearest other unit at ${page.measure} ${similarity.toFixed(2)}`;
}

/** A dot in the colour of a session, and its number. */
function sessionMark(page: ReportPage, session: number, note = ''): HTMLElement {
  const dot = make('i', 'dot');
  dot.style.background = page.sessionColors[session - 1]!;
  const label = make('span');
  label.append(dot, `session ${session}${note}`);
  return label;
}

function panel(title: string, content: Element, note?: string): HTMLElement {
  const element = make('div', 'panel');
  element.append(make('h3', undefined, title), content, ...(note === undefined ? [] : [make('p', undefined, note)]));
  return element;
}

function titled(title: string, content: Element): HTMLElement {
  const element = make('div');
  const head = make('p', undefined, title);
  head.style.fontSize = '12px';
  element.append(head, content);
  return element;
}

function make(tag: string, className?: string, text?: string): HTMLElement {
  const element = document.createElement(tag);
  if (className !== undefined) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}
