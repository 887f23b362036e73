// A user: a project of their own, a package manager, a version of Node, and no compiler.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What the shell scripts of package managers call; nothing that compiles. */
const tools = ['sh', 'env', 'sed', 'dirname', 'basename', 'uname', 'readlink', 'cat', 'ls', 'tar', 'git'];

export class User {
  /**
   * @param folder of the project, which is made
   * @param nodeProgram the Node that the user has
   */
  constructor(folder, nodeProgram) {
    this.folder = folder;
    this.node = nodeProgram;
    mkdirSync(folder, { recursive: true });
    this.write('package.json', '{ "name": "user", "version": "1.0.0", "private": true }\n');
  }

  write(name, text) {
    writeFileSync(join(this.folder, name), text);
  }

  read(name) {
    return readFileSync(join(this.folder, name), 'utf8');
  }

  /** Runs Node with the arguments; throws with all that it printed if it fails. Returns what it printed. */
  run(args, options = {}) {
    const { status, output } = this.attempt(args, options);
    if (status !== 0) throw new Error(`node ${args.join(' ')} failed in ${this.folder}:\n${output}`);
    return output;
  }

  /** Like `run`, whatever the outcome. `compilers`: whether the user has all of PATH. */
  attempt(args, { env = {}, compilers = false } = {}) {
    const path = [this.#programs(), ...(compilers ? [process.env.PATH] : [])].join(delimiter);
    const environment = { ...process.env, PATH: path, CI: '1', npm_config_update_notifier: 'false', ...env };
    for (const name of ['npm_config_prefix', 'NODE_OPTIONS', 'EIGEN3_INCLUDE_DIR']) delete environment[name];
    const { status, stdout, stderr, error } = spawnSync(this.node, args, {
      cwd: this.folder,
      encoding: 'utf8',
      env: environment,
      maxBuffer: 2 ** 28,
    });
    if (error) throw error;
    return { status, output: stdout + stderr };
  }

  /** Runs the command of the package as the project's scripts would. */
  dant(...args) {
    return this.run(['node_modules/node-dant/dist/cli/main.js', ...args]);
  }

  /** A folder with the few programs that the user has. Windows finds its own. */
  #programs() {
    if (process.platform === 'win32') return process.env.PATH;
    const folder = join(this.folder, '.programs');
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder);
    symlinkSync(this.node, join(folder, 'node'));
    for (const tool of tools) {
      const { stdout } = spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' });
      if (stdout.trim()) symlinkSync(stdout.trim(), join(folder, tool));
    }
    return folder;
  }
}
