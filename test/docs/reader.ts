import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { parse as parseCsv } from 'csv-parse/sync';
import { parse as parseJson, type ParseError } from 'jsonc-parser';
import ts from 'typescript';
import { parse as parseYaml } from 'yaml';

import type { Block } from './blocks.js';
import { differingLine } from './printed.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Somebody who follows a page from its first line to its last, in a folder of their own. */
export class Reader {
  readonly folder: string;
  readonly #environment: NodeJS.ProcessEnv;
  /** What the last block that ran has printed. */
  #printed = '';

  constructor(folder: string) {
    this.folder = folder;
    const programs = join(folder, '.programs');
    mkdirSync(programs);
    const dant = join(programs, 'dant');
    writeFileSync(dant, `#!/bin/sh\nexec "${process.execPath}" "${join(root, 'dist/cli/main.js')}" "$@"\n`);
    chmodSync(dant, 0o755);
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules/node-dant'), 'dir');
    const path = [programs, dirname(process.execPath), process.env.PATH].join(delimiter);
    this.#environment = { ...process.env, HOME: folder, PATH: path };
  }

  /** Does what the block says. Throws with the place of the block and what went wrong. */
  async follow(block: Block): Promise<void> {
    const { language, text, line } = block;
    if (block.file !== undefined) this.#save(block.file, text);
    if (language === 'sh') await this.#run(block, 'bash', ['-euo', 'pipefail', '-c', text]);
    else if (language === 'js' || language === 'ts') {
      const name = `block${line}.mjs`;
      this.#save(name, language === 'ts' ? withoutTypes(text) : text);
      await this.#run(block, process.execPath, [name]);
    } else if (language === 'python') await this.#run(block, pythonWithNumpy!, ['-W', 'error', '-c', text]);
    else if (language === 'json') {
      const errors: ParseError[] = [];
      parseJson(text, errors, { allowTrailingComma: true });
      if (errors.length > 0) throw this.#wrong(block, 'is no JSON');
    } else if (language === 'yaml') parseYaml(text);
    else if (language === 'csv') parseCsv(text);
    else if (language === '') {
      const difference = differingLine(text, this.#printed.replaceAll(this.folder, '/home/you'));
      if (difference) throw this.#wrong(block, `${difference}\nPrinted was:\n${this.#printed}`);
    } else throw this.#wrong(block, `is in a language that nothing here runs: ${language}`);
  }

  #save(name: string, text: string): void {
    mkdirSync(dirname(join(this.folder, name)), { recursive: true });
    writeFileSync(join(this.folder, name), `${text}\n`);
  }

  async #run(block: Block, program: string, args: string[]): Promise<void> {
    const child = spawn(program, args, { cwd: this.folder, env: this.#environment, stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, all] = [[] as string[], [] as string[]];
    child.stdout.setEncoding('utf8').on('data', (text: string) => out.push(text) && all.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => all.push(text));
    const code = await new Promise((resolve, reject) => {
      child.on('error', reject).on('close', resolve);
    });
    if (code !== 0) throw this.#wrong(block, `ended with ${String(code)}:\n${all.join('')}`);
    this.#printed = out.join('');
  }

  #wrong({ page, line, text }: Block, what: string): Error {
    return new Error(`${page}:${line}: this block ${what}\n\n${text}`);
  }
}

const withoutTypes = (text: string) =>
  ts.transpileModule(text, { compilerOptions: { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.ES2022 } })
    .outputText;

/** A Python that has NumPy: DANT_DOCS_PYTHON, `.venv-docs/`, or the system's. */
export const pythonWithNumpy = [process.env.DANT_DOCS_PYTHON, join(root, '.venv-docs/bin/python'), 'python3']
  .filter((python) => python !== undefined && (python === 'python3' || existsSync(python)))
  .find((python) => spawnSync(python!, ['-c', 'import numpy']).status === 0);
