import type { DrawOptions, DrawnReport } from './drawn_report.js';
import type { Figure } from './figures/figure.js';
import { figuresOf } from './figures/index.js';
import { reportHtml, type DrawnFigure } from './html.js';
import type { MatrixContent } from './matrix_content.js';
import { packReport } from './pack.js';
import type { Painters } from './painters.js';
import { figureFolder, reportFile, type ReportData } from './report_data.js';
import type { ReportContent } from './read_report.js';

/** Draws the figures and the report, without writing anything. Progress is reported from 0.25 on: it has been read. */
export async function drawReport(
  content: ReportContent,
  options: DrawOptions,
  painters: Painters,
  onProgress: (fraction: number) => void,
): Promise<DrawnReport> {
  const data = await content.data;
  if (options.shownFolder !== undefined) data.folder = options.shownFolder;
  onProgress(0.25);
  const drawing = drawFigures(data, content.matrices, painters, (fraction) => {
    onProgress(0.25 + 0.6 * fraction);
  });
  // A failure is reported where the drawings are waited for.
  drawing.catch(() => undefined);
  const similarities = content.matrices.then((matrices) => matrices.similarities);
  const waveforms = options.report ? content.waveforms() : undefined;
  const packing = waveforms && packReport(data, similarities, waveforms);
  const [{ missing }, shown, packed] = await Promise.all([similarities, waveforms, packing]);
  const known = new Set(data.missing);
  data.missing.push(...[...missing, ...(shown?.missing ?? [])].filter((text) => !known.has(text)));
  const drawn = await drawing;
  onProgress(0.9);
  return {
    files: [
      ...(options.figures ? figureFiles(drawn) : []),
      ...(packed ? [{ path: reportFile, content: await reportHtml(data, drawn, packed) }] : []),
    ],
    missing: data.missing,
  };
}

async function drawFigures(
  data: ReportData,
  matrices: Promise<MatrixContent>,
  painters: Painters,
  onProgress: (fraction: number) => void,
): Promise<DrawnFigure[]> {
  const { first, later } = figuresOf(data);
  const count = first.length + later.length;
  let done = 0;
  const draw = async ({ spec, ...about }: Figure): Promise<DrawnFigure> => {
    if ('missing' in spec) return { ...about, missing: spec.missing };
    const painted = await painters.draw({ title: about.title, ...spec });
    onProgress(++done / count);
    return { ...about, ...painted };
  };
  const all = matrices.then((known) => ({ data, ...known }));
  const drawLater = async (figure: (typeof later)[number]) => draw(figure(await all));
  // Each is drawn while the next ones are made up; the matrix, the last one, takes longest to paint.
  const small = first.map(async (figure) => draw(figure({ data })));
  const longest = drawLater(later.at(-1)!);
  return Promise.all([...small, ...later.slice(0, -1).map(drawLater), longest]);
}

function figureFiles(drawn: readonly DrawnFigure[]): DrawnReport['files'] {
  return drawn.flatMap(({ name, svg, png }) =>
    svg === undefined || png === undefined
      ? []
      : [
          { path: `${figureFolder}/${name}.svg`, content: [new TextEncoder().encode(svg)] },
          { path: `${figureFolder}/${name}.png`, content: [png] },
        ],
  );
}
