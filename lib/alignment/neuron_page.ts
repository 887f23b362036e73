import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { systemOutputError } from '../files/file_error.js';
import { replaceText } from '../files/text_file.js';
import { escapeHtml, pageHead } from '../report/page_head.js';
import { neuronPage, reportFile } from '../report/report_data.js';
import { addToResultFiles } from '../results/owned_files.js';
import type { AlignedTable } from './aligned_table.js';
import type { NeuronRates } from './neuron_rates.js';
import { neuronSvg, type NeuronFigure, type RatePanel } from './neuron_svg.js';
import type { SessionData } from './session_data.js';
import type { Response } from './trial_kind.js';

/** Where the figures of neurons go in a result folder, and the tables. */
export const rateFolder = 'NeuronRates';
export const rateTables = ['neuron_rates.h5', 'neuron_rates.npz', 'neuron_rates.csv'];

/**
 * Writes rates of neurons into a result folder, in the place of earlier ones: the tables, a figure for each neuron (`NeuronRates/`), and
 * `neurons.html` with all of them. Returns the files, relative to it. Rejects with DANT_OUTPUT.
 */
export async function writeNeuronRates(
  result: string,
  rates: NeuronRates,
  sessions: readonly SessionData[],
  responses: readonly Response[],
): Promise<string[]> {
  const panels = panelsOf(rates.table);
  const figures = rates.neurons.map((_, n) => figureOf(rates, n, panels, sessions, responses));
  const names = rates.neurons.map(({ neuron }) => `${rateFolder}/Neuron_${neuron}.svg`);
  const partial = join(result, `.${rateFolder}.part`);
  try {
    await rm(partial, { recursive: true, force: true });
    await mkdir(partial);
    const drawings = figures.map(neuronSvg);
    for (const [n, svg] of drawings.entries()) await writeFile(join(partial, names[n]!.split('/')[1]!), svg);
    for (const name of rateTables) await rates.table.write(join(result, name));
    await rm(join(result, rateFolder), { recursive: true, force: true });
    await rename(partial, join(result, rateFolder));
    const page = pageOf(rates, drawings, sessions, responses, existsSync(join(result, reportFile)));
    await replaceText(join(result, neuronPage), page);
    const files = [...rateTables, neuronPage, ...names];
    await addToResultFiles(result, files);
    return files;
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw (error as NodeJS.ErrnoException).syscall === undefined ? error : systemOutputError(result, error);
  }
}

const panelKey = (...names: unknown[]) => names.join('\n');

/** The rates of each neuron, session, unit and response: three columns side by side. */
function panelsOf(table: AlignedTable): Map<string, RatePanel> {
  const levels = ['neuron', 'session', 'unit', 'response'].map((name) => table.level(name));
  const panels = new Map<string, RatePanel>();
  for (let k = 0; k < table.columns; k += 3) {
    const key = panelKey(...levels.map((values) => values[k]));
    // Of responses of one name the first
    if (panels.has(key)) continue;
    panels.set(key, { low: table.column(k), middle: table.column(k + 1), high: table.column(k + 2) });
  }
  return panels;
}

function figureOf(
  { neurons, table, trials }: NeuronRates,
  n: number,
  panels: ReadonlyMap<string, RatePanel>,
  sessions: readonly SessionData[],
  responses: readonly Response[],
): NeuronFigure {
  const { neuron, confidence, units } = neurons[n]!;
  const panelOf = (session: number, response: string) => {
    const id = units.find((unit) => unit.session === session)?.id;
    return panels.get(panelKey(neuron, sessions[session]!.session.name, id, response));
  };
  const found = new Set(units.map(({ session }) => session)).size;
  const sure = confidence === undefined ? '' : `, confidence ${(100 * confidence).toFixed(1)} %`;
  return {
    title: `Neuron ${neuron}: found in ${found} of ${sessions.length} sessions${sure}`,
    sessions: sessions.map(({ session: { name } }, s) => {
      const ids = units.filter((unit) => unit.session === s).map(({ id }) => id);
      const counts = responses.map((_, r) => trials[r]![s]!);
      return {
        name,
        note: ids.length === 0 ? 'not found' : `cluster ${ids.join(', ')} · ${counts.join(', ')} trials`,
      };
    }),
    responses: responses.map(({ name }) => ({ name, panels: sessions.map((_, s) => panelOf(s, name)) })),
    times: table.index.values as Float64Array,
  };
}

function pageOf(
  rates: NeuronRates,
  drawings: readonly string[],
  sessions: readonly SessionData[],
  responses: readonly Response[],
  hasReport: boolean,
): string {
  const title = 'What the neurons do, day by day';
  const report = hasReport ? `<p><a href="${reportFile}">Report of the tracking</a></p>` : '';
  const figures = rates.neurons.map(({ neuron }, n) => `<figure id="neuron-${neuron}">${drawings[n]!}</figure>`);
  const warnings =
    rates.warnings.length > 0
      ? `<ul class="warnings">${rates.warnings.map((warning) => `<li>${escapeHtml(warning)}</li>`).join('')}</ul>`
      : '';
  const links = rates.neurons.map(({ neuron }) => `<a href="#neuron-${neuron}">${neuron}</a>`).join(' ');
  return `${pageHead(title, style)}<body>
<h1>${title}</h1>
${report}
<p>${rates.neurons.length} neurons in ${sessions.length} sessions around ${responses.map(({ name }) => `<b>${escapeHtml(name)}</b>`).join(', ')}:
the median over trials of the firing rate, and the band that holds it in 95 of 100 random samples of trials.
–: the neuron was not found, or there was no such event. The numbers: ${rateTables.map((name) => `<a href="${name}">${name}</a>`).join(', ')}.</p>
${warnings}
<nav>Neuron ${links}</nav>
${figures.join('\n')}
</body>
</html>
`;
}

const style = `
body { font: 15px/1.5 Inter, system-ui, sans-serif; color: #1c2733; max-width: 90rem; margin: 2.5rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.7rem; margin: 0; } a { color: #1d5fa8; } nav { line-height: 1.9; } nav a { margin-right: .35rem; }
figure { margin: 1.2rem 0; overflow-x: auto; border: 1px solid #e3e7eb; border-radius: 6px; padding: .6rem; }
.warnings { color: #8a6d00; }
`;
