import type { ReportPage } from '../packed.js';
import type { Entry } from './entries.js';

interface Column {
  title: string;
  about: string;
  value: (entry: Entry) => number;
  text?: (entry: Entry) => string;
}

const number = (digits: number) => (value: number) => (Number.isNaN(value) ? '–' : value.toFixed(digits));

const probability = (value: number) => (value < 0.005 ? '< 0.01' : number(2)(value));

export function columnsFor(kind: Entry['kind'], page: ReportPage, severalShanks: boolean): Column[] {
  const isProbability = page.measure === 'probability';
  return [
    ...headColumns(kind, page.sessionCount),
    kind === 'cluster'
      ? isProbability
        ? {
            title: 'confidence',
            about: 'Expected share of right pairs of units, by the match probabilities',
            value: ({ confidence }) => confidence,
            text: ({ confidence }) => (Number.isNaN(confidence) ? '–' : `${confidence.toFixed(1)} %`),
          }
        : {
            title: 'similarity',
            about: 'Mean similarity of its units (Fisher z)',
            value: ({ similarity }) => similarity,
            text: ({ similarity }) => number(2)(similarity),
          }
      : {
          title: kind === 'split' ? 'probability' : 'nearest',
          about:
            kind === 'split'
              ? 'Probability that the two units are one neuron'
              : isProbability
                ? 'Probability of being one neuron with the likeliest other unit'
                : 'Similarity to the most similar unit (Fisher z)',
          value: ({ similarity }) => similarity,
          text: ({ similarity }) => (isProbability ? probability(similarity) : number(2)(similarity)),
        },
    {
      title: 'depth (µm)',
      about: 'Mean depth, with the motion of the probe taken out',
      value: ({ depth }) => depth,
      text: ({ depth }) => number(0)(depth),
    },
    {
      title: 'amplitude',
      about: 'Mean amplitude as in amplitude.npy: peak to trough (µV), or the strength of the fitted source',
      value: ({ amplitude }) => amplitude,
      text: ({ amplitude }) => (Math.abs(amplitude) >= 1e5 ? amplitude.toExponential(1) : number(0)(amplitude)),
    },
    ...(severalShanks ? [{ title: 'shank', about: 'Shank of the probe', value: ({ shank }: Entry) => shank }] : []),
    ...(isProbability
      ? kind === 'split'
        ? []
        : [
            {
              title: 'splits',
              about: 'Pairs of units of one session that look like one neuron, split by the sorter',
              value: ({ splits }: Entry) => splits.length,
            },
          ]
      : [
          {
            title: 'curation',
            about: 'Units that curation took out or parted',
            value: ({ events }: Entry) => events.length,
          },
        ]),
  ];
}

/** What an entry is. */
function headColumns(kind: Entry['kind'], sessionCount: number): Column[] {
  const session = { title: 'session', about: 'The session', value: ({ sessions }: Entry) => sessions[0] ?? NaN };
  if (kind === 'unit') return [{ title: 'unit', about: 'Number of the unit, from 0', value: ({ id }) => id }, session];
  if (kind === 'split') {
    return [
      { title: 'no.', about: 'Number in the list of split candidates', value: ({ id }) => id },
      {
        title: 'units',
        about: 'The two units, from 0',
        value: ({ units }) => units[0]!,
        text: ({ units }) => units.join(', '),
      },
      session,
    ];
  }
  return [
    { title: 'neuron', about: 'Number of the cluster', value: ({ id }) => id },
    {
      title: 'sessions',
      about: `In how many of the ${sessionCount} sessions it was found, and from which to which`,
      value: ({ sessions }) => sessions.length,
      text: ({ sessions }) =>
        sessions.length === 0 ? '–' : `${sessions.length} (${sessions[0]!}–${sessions.at(-1)!})`,
    },
    { title: 'units', about: 'Number of units', value: ({ units }) => units.length },
  ];
}

const rowHeight = 26;

/** A table of any length, of which only the rows in sight are in the document. */
export class Table {
  private entries: Entry[] = [];
  private shown: Entry[] = [];
  private columns: Column[] = [];
  private sortBy = 0;
  private descending = false;
  private filter = '';
  private selected: Entry | undefined;

  constructor(
    private readonly element: HTMLElement,
    private readonly onSelect: (entry: Entry) => void,
    private readonly onCount: (shown: number, all: number) => void,
  ) {
    element.addEventListener('scroll', () => {
      this.draw();
    });
    new ResizeObserver(() => {
      this.draw();
    }).observe(element);
  }

  show(entries: Entry[], columns: Column[]): void {
    this.entries = entries;
    this.columns = columns;
    this.sortBy = 0;
    this.descending = false;
    this.arrange();
  }

  setFilter(filter: string): void {
    this.filter = filter;
    this.arrange();
  }

  /** Goes on by some rows. */
  move(rows: number): void {
    if (this.shown.length === 0) return;
    const at = this.selected ? this.shown.indexOf(this.selected) : -1;
    this.select(this.shown[Math.min(this.shown.length - 1, Math.max(0, at + rows))]!);
  }

  select(entry: Entry): void {
    this.selected = entry;
    const at = this.shown.indexOf(entry);
    const header = 34;
    const { scrollTop, clientHeight } = this.element;
    if (at * rowHeight < scrollTop) this.element.scrollTop = at * rowHeight;
    else if ((at + 1) * rowHeight + header > scrollTop + clientHeight) {
      this.element.scrollTop = (at + 1) * rowHeight + header - clientHeight;
    }
    this.draw();
    this.onSelect(entry);
  }

  private arrange(): void {
    const { value } = this.columns[this.sortBy]!;
    const sign = this.descending ? -1 : 1;
    const test = compileFilter(this.filter);
    this.shown = this.entries.filter(test).sort((a, b) => {
      const [x, y] = [value(a), value(b)];
      if (Number.isNaN(x) || Number.isNaN(y)) return Number(Number.isNaN(x)) - Number(Number.isNaN(y));
      return sign * (x - y) || a.id - b.id;
    });
    this.onCount(this.shown.length, this.entries.length);
    this.element.scrollTop = 0;
    this.draw();
  }

  private draw(): void {
    const first = Math.max(0, Math.floor(this.element.scrollTop / rowHeight) - 10);
    const last = Math.min(this.shown.length, first + Math.ceil(this.element.clientHeight / rowHeight) + 20);
    const table = document.createElement('table');
    const head = table.createTHead().insertRow();
    this.columns.forEach(({ title, about }, i) => {
      const cell = document.createElement('th');
      cell.textContent = title + (i === this.sortBy ? (this.descending ? ' ↓' : ' ↑') : '');
      cell.title = about;
      cell.ariaSort = i === this.sortBy ? (this.descending ? 'descending' : 'ascending') : 'none';
      cell.addEventListener('click', () => {
        this.descending = i === this.sortBy ? !this.descending : i > 0;
        this.sortBy = i;
        this.arrange();
      });
      head.append(cell);
    });
    const body = table.createTBody();
    body.append(this.spacer(first));
    for (const entry of this.shown.slice(first, last)) {
      const row = body.insertRow();
      row.ariaSelected = String(entry === this.selected);
      row.dataset.id = String(entry.id);
      row.addEventListener('click', () => {
        this.select(entry);
      });
      for (const { value, text } of this.columns)
        row.insertCell().textContent = text?.(entry) ?? number(0)(value(entry));
    }
    body.append(this.spacer(this.shown.length - last));
    this.element.replaceChildren(table);
  }

  private spacer(rows: number): HTMLTableRowElement {
    const row = document.createElement('tr');
    row.className = 'spacer';
    const cell = row.insertCell();
    cell.colSpan = this.columns.length;
    cell.style.height = `${rows * rowHeight}px`;
    return row;
  }
}

/** "12" finds neuron 12; "sessions>4", "confidence<99", "mixed>0" compare; several conditions must all hold. */
function compileFilter(text: string): (entry: Entry) => boolean {
  const tests = text
    .trim()
    .split(/\s+(?![<>=])(?<![<>=]\s)/)
    .filter((part) => part !== '')
    .map((part): ((entry: Entry) => boolean) => {
      const [, name, sign, value] = /^([a-z]+)\s*(<=|>=|<|>|=)\s*(-?[\d.]+)$/i.exec(part) ?? [];
      if (name === undefined) {
        return ({ id, units }) => String(id) === part || units.some((unit) => `u${unit}` === part.toLowerCase());
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
