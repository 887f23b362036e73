// The virtual environment with pyDANT and NumPy that the comparison uses.
import { execFile } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** The version that the method "reference" follows. */
const reference = '1.1.3';
const execute = promisify(execFile);
const folder = fileURLToPath(new URL('../../.venv-bench', import.meta.url));
const interpreterIn = (venv) =>
  process.platform === 'win32' ? join(venv, 'Scripts', 'python.exe') : join(venv, 'bin', 'python');
const printVersion = 'import importlib.metadata as m; print(m.version("pyDANT"))';

/**
 * Python with pyDANT: that of the environment variable DANT_BENCH_PYTHON, whatever its version, else .venv-bench/, which is
 * made when it is missing.
 * Throws with advice when pyDANT cannot be installed.
 */
export async function pythonWithPyDant() {
  const python = process.env.DANT_BENCH_PYTHON || interpreterIn(folder);
  if (!process.env.DANT_BENCH_PYTHON && !existsSync(python)) await install();
  try {
    return { python, version: (await execute(python, ['-c', printVersion])).stdout.trim() };
  } catch (error) {
    throw cannot(`${python} has no pyDANT`, error);
  }
}

/** The interpreter of an environment that is there already, for NumPy; undefined when there is none. */
export function existingPython() {
  const python = process.env.DANT_BENCH_PYTHON || interpreterIn(folder);
  return existsSync(python) ? python : undefined;
}

async function install() {
  console.error('Installing pyDANT into .venv-bench/ (once) …');
  try {
    await execute(process.platform === 'win32' ? 'python' : 'python3', ['-m', 'venv', folder]);
    await execute(interpreterIn(folder), ['-m', 'pip', 'install', '--quiet', `pyDANT==${reference}`], {
      maxBuffer: 2 ** 26,
    });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw cannot('pyDANT could not be installed', error);
  }
}

const cannot = (what, error) =>
  new Error(
    `${what}: ${String(error.stderr || error.message)
      .trim()
      .split('\n')
      .slice(-3)
      .join('\n')}\n` +
      'The comparison needs Python 3.10 or newer with venv and pip, and a connection to the Python Package Index; ' +
      'or set DANT_BENCH_PYTHON to a Python that has pyDANT.',
    { cause: error },
  );
