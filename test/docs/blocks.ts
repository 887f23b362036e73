import { readFileSync } from 'node:fs';

/** A code block of a page, and what the comments in front of it say of it. */
export interface Block {
  page: string;
  /** Of its first line of text, from 1. */
  line: number;
  /** What stands behind the three backticks: sh, js, ts, python, json, yaml; '' is what something prints. */
  language: string;
  text: string;
  /** `<!-- file: NAME -->`: the reader saves the block under this name. */
  file?: string;
  /** `<!-- not run: REASON -->`: why the block cannot run here. */
  notRun?: string;
}

export interface Page {
  path: string;
  /** `<!-- data: NAME -->`: what stands for the reader's own folders, a name of `scenes.ts`. */
  data?: string;
  /** `<!-- no block is run: REASON -->`: holds for all blocks of the page, which have it as `notRun`. */
  noneRun?: string;
  blocks: Block[];
}

/** The code blocks of a Markdown page. A comment counts for the block right below it, `data` and `no block is run` for the page. */
export function readPage(path: string): Page {
  const lines = readFileSync(path, 'utf8').split('\n');
  const page: Page = { path, blocks: [] };
  let notes: { file?: string; notRun?: string } = {};
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    const comment = /^\s*<!-- (data|file|not run|no block is run): (.+) -->$/.exec(line);
    const fence = /^\s*```(\w*)$/.exec(line);
    if (comment) {
      const [, kind, text] = comment as unknown as [string, string, string];
      if (kind === 'data') page.data = text;
      else if (kind === 'file') notes.file = text;
      else if (kind === 'not run') notes.notRun = text;
      else page.noneRun = text;
    } else if (fence) {
      const end = lines.findIndex((other, index) => index > at && other.trim() === '```');
      if (end < 0) throw new Error(`${path}:${at + 1}: the code block has no end.`);
      const indent = line.search(/\S/);
      const text = lines.slice(at + 1, end).map((inner) => inner.slice(indent));
      const reason = notes.notRun ?? page.noneRun;
      page.blocks.push({
        ...{ page: path, line: at + 2, language: fence[1]!, text: text.join('\n') },
        ...(notes.file !== undefined && { file: notes.file }),
        ...(reason !== undefined && { notRun: reason }),
      });
      [at, notes] = [end, {}];
    } else if (line.trim() !== '') notes = {};
  }
  return page;
}
