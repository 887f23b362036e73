// No binary fits: whatever needs none works, and the rest says what was looked for and what helps, without a stack.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const fixture = fileURLToPath(new URL('../../test/fixtures/golden/mini-default/data', import.meta.url));

/** @param user whose package has no binary */
export function tryMissing(user) {
  const command = 'node_modules/node-dant/dist/cli/main.js';
  for (const flag of ['--version', '--help']) user.run([command, flag]);
  user.run([command, 'run', '--help']);
  cpSync(fixture, join(user.folder, 'data'), { recursive: true });
  const { status, output } = user.attempt([command, 'run', 'data']);
  const told = [
    [/no binary fits this system/, 'that no binary fits'],
    [new RegExp(`wanted +${process.platform}-${process.arch}`), 'what was looked for'],
    [/found +\S+/, 'what was found'],
    [/^ +node \S+build-native\.mjs$/m, 'the command that helps'],
    [/npm, pnpm/, 'for whom'],
  ].filter(([text]) => !text.test(output));
  if (status !== 1 || told.length > 0 || /^\s+at /m.test(output)) {
    throw new Error(
      `Without a binary dant run does not say plainly ${told.map(([, what]) => what).join(', ')}:\n${output}`,
    );
  }
  const script = output.match(/^ +node (\S+build-native\.mjs)$/m)[1];
  const built = user.attempt([script]);
  if (built.status !== 1 || !/no program "cmake"/.test(built.output) || /^\s+at /m.test(built.output)) {
    throw new Error(`Without a compiler the build does not say plainly what it needs:\n${built.output}`);
  }
  return { tried: ['no binary: --help, --version, the message'], script };
}
