import { number, type Column } from './columns.js';
import type { Entry } from './entries.js';
import { compileFilter } from './filter.js';

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
