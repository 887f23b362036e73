import { escapeHtml, pageHead } from '../report/page_head.js';
import type { Study } from './study.js';
import { medianFollowed, rowName, type SummaryRow } from './summary.js';
import type { TaskFacts } from './task_state.js';

/** The summary of a study as a page that needs nothing else. */
export function summaryPage({ file }: Study, rows: readonly SummaryRow[]): string {
  const done = rows.filter(({ facts }) => facts);
  const sum = (of: (row: SummaryRow) => number) =>
    done.reduce((total, row) => total + of(row), 0).toLocaleString('en-US');
  const failed = rows.filter(({ status }) => status.startsWith('failed'));
  const animals = new Set(rows.map(({ animal }) => animal)).size;
  return `${pageHead(`Study of ${animals} animals`, style)}<body>
<h1>Study of ${animals} ${animals === 1 ? 'animal' : 'animals'}</h1>
<p class="where">${escapeHtml(file)}</p>
<p>${done.length} of ${rows.length} recordings tracked${failed.length > 0 ? `, ${failed.length} failed` : ''}:
${sum((row) => row.facts!.neurons)} neurons found in more than one session, among ${sum((row) => row.facts!.units)} units.</p>
<table>
<thead><tr><th>Recording<th>Units<th>Sessions<th>Neurons followed<th>Sessions per neuron<th>Days followed<th>Matched units<th>Probe motion, µm<th>Expected false positives<th>Evidence<th>Time, s<th>Memory, GB</tr></thead>
<tbody>
${rows.map(tableRow).join('\n')}
</tbody>
</table>
${strangers(rows)}
${notes(rows)}
</body>
</html>
`;
}

function tableRow(row: SummaryRow): string {
  const { facts, status, report } = row;
  const name = escapeHtml(rowName(row));
  if (!facts)
    return `<tr><th scope="row">${name}<td colspan="11" class="${statusClass(status)}">${escapeHtml(status)}</tr>`;
  const share = Math.round((100 * facts.matchedUnits) / Math.max(1, facts.units));
  const cells = [
    facts.units.toLocaleString('en-US'),
    facts.sessions,
    facts.neurons.toLocaleString('en-US'),
    `${bars(facts.followed)}<span class="small">median ${Math.max(0, medianFollowed(facts.followed))}</span>`,
    facts.daysFollowed
      ? `${short(facts.daysFollowed.longest)} <span class="small">median ${short(facts.daysFollowed.median)}</span>`
      : '–',
    `${share} %`,
    facts.motionUm ? `${facts.motionUm[0].toFixed(0)} … ${facts.motionUm[1].toFixed(0)}` : '–',
    facts.falsePositiveRate === null ? '–' : `${(100 * facts.falsePositiveRate).toFixed(1)} %`,
    evidence(facts, row.strangers !== null),
    facts.seconds.toFixed(0),
    (facts.peakMemoryBytes / 1e9).toFixed(1),
  ];
  const linked = report === undefined ? name : `<a href="${encodeURI(report)}">${name}</a>`;
  const mark = status === 'done' ? '' : ` <span class="${statusClass(status)}">${escapeHtml(status)}</span>`;
  return `<tr><th scope="row">${linked}${mark}${cells.map((cell) => `<td>${cell}`).join('')}</tr>`;
}

/** Neurons by the number of sessions that they were found in, from 2. */
function bars(followed: readonly number[]): string {
  const counts = followed.slice(2);
  if (counts.length === 0) return '';
  const most = Math.max(1, ...counts);
  const width = Math.min(8, 120 / counts.length);
  const shapes = counts.map((count, k) => {
    const height = (18 * count) / most;
    return `<rect x="${(k * width).toFixed(1)}" y="${(18 - height).toFixed(1)}" width="${(width - 1).toFixed(1)}" height="${height.toFixed(1)}"><title>${count} neurons in ${k + 2} sessions</title></rect>`;
  });
  return `<svg width="${(counts.length * width).toFixed(0)}" height="18" role="img" aria-label="Neurons by sessions followed">${shapes.join('')}</svg>`;
}

/** Pairs of sessions with neurons in common, and whether matched units fire alike, as far as that was asked. */
function evidence({ inCommon, intervals }: TaskFacts, isStrange: boolean): string {
  const parts = [
    ...(inCommon ? [`${inCommon.connectedPairs} of ${inCommon.pairs} session pairs connect`] : []),
    ...(intervals ? [`firing alike: ${intervals.verdict} (AUC ${intervals.auc.toFixed(2)})`] : []),
  ];
  if (parts.length === 0) return '–';
  return `<span class="${isStrange ? 'small failed' : 'small'}">${parts.join('; ')}</span>`;
}

const short = (days: number) => String(Math.round(10 * days) / 10);

/** What people should look at first. */
function strangers(rows: readonly SummaryRow[]): string {
  const strange = rows.filter((row) => row.strangers !== null);
  if (strange.length === 0) return '';
  const items = strange.map(
    (row) => `<li class="failed">${escapeHtml(rowName(row))}: ${escapeHtml(row.strangers!)}</li>`,
  );
  return `<h2>Sessions to look at</h2>\n<ul>${items.join('\n')}</ul>`;
}

function notes(rows: readonly SummaryRow[]): string {
  const noted = rows.filter(({ facts }) => facts && facts.warnings.length > 0);
  if (noted.length === 0) return '';
  const items = noted.map(
    (row) =>
      `<h3>${escapeHtml(rowName(row))}</h3><ul>${row.facts!.warnings.map((warning) => `<li>${escapeHtml(warning)}</li>`).join('')}</ul>`,
  );
  return `<h2>Warnings</h2>\n${items.join('\n')}`;
}

const statusClass = (status: string) => (status.startsWith('failed') ? 'failed' : 'open');

const style = `
body { font: 15px/1.5 Inter, system-ui, sans-serif; color: #1c2733; max-width: 78rem; margin: 2.5rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.7rem; margin: 0; } h2 { font-size: 1.15rem; margin-top: 2.2rem; } h3 { font-size: 1rem; margin: 1.2rem 0 0; }
.where, .small { color: #66717d; font-size: .82rem; } .where { margin-top: 0; word-break: break-all; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: right; padding: .4rem .6rem; border-bottom: 1px solid #e3e7eb; vertical-align: middle; }
th:first-child { text-align: left; font-weight: 500; } thead th { color: #66717d; font-size: .82rem; font-weight: 500; vertical-align: bottom; }
td svg { fill: #3a76b5; vertical-align: middle; margin-right: .5rem; }
td[colspan] { text-align: left; } .failed { color: #b3261e; } .open { color: #8a6d00; } a { color: #1d5fa8; }
`;
