import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { PackedReport } from './pack.js';
import { neuronPage, type ReportData } from './report_data.js';
import { reportFacts, type Fact } from './summary.js';
import type { Figure } from './figures/figure.js';
import { escapeHtml, pageHead } from './page_head.js';

const bundle = new URL('../../dist/report/page/', import.meta.url);
/** SVG drawings above this size are shown as PNG: the browser draws each of their marks. */
const largestSvgBytes = 150_000;

/** A figure as it was drawn. */
export interface DrawnFigure extends Omit<Figure, 'spec'> {
  svg?: string;
  png?: Uint8Array;
  /** Why it could not be drawn. */
  missing?: string;
}

/** The report, in pieces that follow each other: one page that needs nothing else, in UTF-8. */
export async function reportHtml(
  data: ReportData,
  figures: readonly DrawnFigure[],
  packed: PackedReport,
): Promise<Uint8Array[]> {
  const [script, style] = await Promise.all([
    readFile(new URL('main.js', bundle), 'utf8'),
    readFile(new URL('page.css', bundle), 'utf8'),
  ]);
  const { title, subtitle, facts, verdict } = reportFacts(data);
  const head = `${pageHead(title, style)}<body>
<header>
<h1>${escapeHtml(title)}</h1>
<div class="path">${escapeHtml(subtitle)}</div>
${notices(data, verdict)}
<dl class="facts">${facts.map(factHtml).join('')}</dl>
<nav><a href="#neurons">Neurons, one by one</a><a href="#evidence">Evidence</a><a href="#figures">Figures</a>${existsSync(join(data.folder, neuronPage)) ? `<a href="${neuronPage}">What they do, day by day</a>` : ''}</nav>
</header>
<main>
<section id="evidence">
<h2>Evidence</h2>
<p>What this recording itself says about the matches, without known neurons.</p>
<div class="figures">${figures.filter(isEvidence).map(figureHtml).join('')}</div>
</section>
<section id="figures">
<h2>Figures</h2>
<div class="figures">${figures
    .filter((figure) => !isEvidence(figure))
    .map(figureHtml)
    .join('')}</div>
</section>
<section id="neurons">
<h2>Neurons, one by one</h2>
<div class="browser">
<div class="list">
<div class="tools">
<span class="choice"><button data-kind="cluster" title="Units found in more than one session">Neurons</button><button data-kind="unit" title="Units found in one session only">Unmatched units</button>${data.matches && data.matches.splitCandidates.length > 0 ? '<button data-kind="split" title="Pairs of units of one session that look like one neuron, split by the sorter">Split candidates</button>' : ''}</span>
<input type="search" id="search" placeholder="Filter: 12, ${data.origins ? 'c45' : 'u103'}, sessions&gt;4, ${data.matches ? 'confidence&lt;99, splits&gt;0, contaminated&gt;0' : 'depth&lt;500, curation&gt;0'}" aria-label="Filter">
<span class="count" id="count"></span>
</div>
<div class="rows" id="rows" tabindex="0" aria-label="Neurons"></div>
<div class="hint"><kbd>↑</kbd> <kbd>↓</kbd> or <kbd>k</kbd> <kbd>j</kbd> previous and next · <kbd>u</kbd> other list · <kbd>/</kbd> filter · click a heading to sort</div>
</div>
<div class="detail" id="detail" aria-live="polite"></div>
</div>
</section>
</main>
<footer>node-dant · ${escapeHtml(data.folder)}</footer>
<script type="application/json" id="page">${JSON.stringify(packed.page).replaceAll('<', '\\u003c')}</script>
`;
  const blocks = Object.entries(packed.blocks).flatMap(([name, content]) => [
    `<script type="text/plain" id="data-${name}">`,
    content,
    '</script>\n',
  ]);
  const end = `<script>${script.replaceAll('</script', '<\\/script')}</script>
</body>
</html>
`;
  const utf8 = new TextEncoder();
  return [head, ...blocks, end].map((piece) => (typeof piece === 'string' ? utf8.encode(piece) : piece));
}

/** A page of one figure with what is known about it. */
export async function figurePage(title: string, facts: readonly Fact[], figure: DrawnFigure): Promise<string> {
  const style = await readFile(new URL('page.css', bundle), 'utf8');
  return `${pageHead(title, style)}<body>
<header>
<h1>${escapeHtml(title)}</h1>
<dl class="facts">${facts.map(factHtml).join('')}</dl>
</header>
<main>
<section id="figures">
<div class="figures">${figureHtml(figure)}</div>
</section>
</main>
</body>
</html>
`;
}

function notices({ record, warnings, missing }: ReportData, verdict: string): string {
  const list = (items: readonly string[]) => `<ul>${items.map((item) => `<li>${escapeHtml(item)}</li>`).join('')}</ul>`;
  return [
    !record
      ? `<div class="notice calm" id="warnings">${escapeHtml(verdict)}</div>`
      : warnings.length > 0
        ? `<div class="notice" id="warnings"><h3>Please check</h3>${list(warnings)}</div>`
        : `<div class="notice good" id="warnings">${escapeHtml(verdict)}</div>`,
    missing.length > 0 ? `<div class="notice calm" id="missing"><h3>Not in this report</h3>${list(missing)}</div>` : '',
  ].join('\n');
}

const factHtml = ({ label, value, note }: Fact) =>
  `<div><dt>${escapeHtml(label)}</dt><dd>${escapeHtml(value)}${note === undefined ? '' : `<small>${escapeHtml(note)}</small>`}</dd></div>`;

const isEvidence = ({ section }: DrawnFigure) => section === 'evidence';

function figureHtml({ name, title, caption, svg, png, missing }: DrawnFigure): string {
  if (svg === undefined || png === undefined) {
    return `<figure id="figure-${name}"><h3>${escapeHtml(title)}</h3><figcaption>Not drawn. ${escapeHtml(missing ?? '')}</figcaption></figure>`;
  }
  const isSvg = svg.length <= largestSvgBytes;
  const source = isSvg
    ? `data:image/svg+xml;base64,${Buffer.from(svg).toString('base64')}`
    : `data:image/png;base64,${Buffer.from(png).toString('base64')}`;
  const [, width, height] = /width="([\d.]+)" height="([\d.]+)"/.exec(svg)!;
  const isWide = Number(width) > 700;
  return (
    `<figure id="figure-${name}"${isWide ? ' class="wide"' : ''}>` +
    `<img alt="${escapeHtml(title)}" width="${width}" height="${height}" src="${source}">` +
    `<figcaption>${escapeHtml(caption)}</figcaption></figure>`
  );
}
