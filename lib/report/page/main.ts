import { readPage, unpack, type Units } from './data.js';
import { Detail } from './detail.js';
import { makeEntries, type Entry } from './entries.js';
import { columnsFor } from './columns.js';
import { Table } from './table.js';

void start();

async function start(): Promise<void> {
  enlargeFigures();
  const page = readPage();
  const units = (await unpack(page, 'units')) as unknown as Units;
  const entries = makeEntries(page, units);
  const curves = await unpack(page, 'curves');
  const detail = new Detail(
    byId('detail'),
    // The largest block: unpacked while the reader looks at the summary.
    {
      page,
      units,
      curves,
      waveforms: new Promise((done) =>
        setTimeout(() => {
          done(unpack(page, 'waveforms'));
        }, 50),
      ),
    },
    goTo,
  );
  const search = byId('search') as HTMLInputElement;
  const rows = byId('rows');
  const table = new Table(
    rows,
    (entry) => {
      schedule(() => void detail.show(entry));
      history.replaceState(null, '', `#${entry.kind}-${entry.id}`);
    },
    (shown, all) => {
      byId('count').textContent = shown === all ? String(all) : `${shown} of ${all}`;
    },
  );
  let kind: Entry['kind'] = entries.cluster.length > 0 ? 'cluster' : 'unit';
  const severalShanks = new Set(units.shank).size > 1;
  const showKind = (next: Entry['kind']) => {
    kind = next;
    for (const button of document.querySelectorAll<HTMLButtonElement>('.choice button')) {
      button.ariaPressed = String(button.dataset.kind === kind);
    }
    table.show(entries[kind], columnsFor(kind, page, { severalShanks, imported: units.clusterId !== undefined }));
  };
  const choose = (next: Entry['kind']) => {
    showKind(next);
    table.move(0);
  };
  const kinds = [...document.querySelectorAll<HTMLButtonElement>('.choice button')].map(
    (button) => button.dataset.kind as Entry['kind'],
  );
  function goTo(unit: number) {
    const cluster = units.cluster[unit]!;
    const entry = cluster > 0 ? entries.cluster[cluster - 1]! : entries.unit.find(({ id }) => id === unit)!;
    search.value = '';
    table.setFilter('');
    if (entry.kind !== kind) showKind(entry.kind);
    table.select(entry);
  }
  for (const button of document.querySelectorAll<HTMLButtonElement>('.choice button')) {
    button.addEventListener('click', () => {
      choose(button.dataset.kind as Entry['kind']);
    });
  }
  search.addEventListener('input', () => {
    table.setFilter(search.value);
  });
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === search) {
      if (event.key === 'Escape' || event.key === 'Enter') rows.focus();
      return;
    }
    const moves: Record<string, number> = {
      j: 1,
      k: -1,
      ...(inBrowser() && { ArrowDown: 1, ArrowUp: -1, PageDown: 15, PageUp: -15, Home: -1e9, End: 1e9 }),
    };
    if (moves[event.key] !== undefined) table.move(moves[event.key]!);
    else if (event.key === 'u') choose(kinds[(kinds.indexOf(kind) + 1) % kinds.length]!);
    else if (event.key === '/') search.focus();
    else return;
    event.preventDefault();
  });

  showKind(kind);
  const [, wanted, id] = /^#(cluster|unit|split)-(\d+)$/.exec(location.hash) ?? [];
  if (wanted && wanted !== kind) showKind(wanted as Entry['kind']);
  const first = entries[kind].find((entry) => String(entry.id) === id) ?? entries[kind][0];
  if (first) table.select(first);
  document.body.dataset.ready = 'true';
}

/** Whether arrow keys mean the table and not the page: it has the focus, or fills the window. */
function inBrowser(): boolean {
  const rows = byId('rows');
  const { top } = rows.getBoundingClientRect();
  return document.activeElement === rows || (top > -50 && top < window.innerHeight / 2);
}

/** Draws at most once per frame: who holds a key down passes over many rows. */
let waiting: (() => void) | undefined;
function schedule(draw: () => void): void {
  if (!waiting) {
    requestAnimationFrame(() => {
      const latest = waiting!;
      waiting = undefined;
      latest();
    });
  }
  waiting = draw;
}

function enlargeFigures(): void {
  const dialog = document.createElement('dialog');
  document.body.append(dialog);
  dialog.addEventListener('click', () => {
    dialog.close();
  });
  for (const image of document.querySelectorAll<HTMLImageElement>('figure img')) {
    image.addEventListener('click', () => {
      dialog.replaceChildren(image.cloneNode());
      dialog.showModal();
    });
  }
}

function byId(id: string): HTMLElement {
  return document.getElementById(id)!;
}
