#!/usr/bin/env node
import { setFlagsFromString } from 'node:v8';

import { Command, CommanderError } from 'commander';

import { DantError } from '../errors.js';
import { packageVersion } from '../native/package_folder.js';
import { helpLayout } from './help.js';
import { Interruption } from './interrupt.js';

// Most JavaScript here has done its work before optimising it would pay: compilers would take a tenth of the processor
// time of a run of 2,000 units. This is seven times V8's own measure of what is hot. Later versions of V8 than Node 20's have no
// such flag, and complain on every start.
if (process.versions.v8.startsWith('11.')) setFlagsFromString('--interrupt-budget=500000');

const exitCodes = { problem: 1, wrongUsage: 2 };

const program = new Command('dant')
  .description('Follows single neurons across recording days (density-based across-day neuron tracking).')
  .version(packageVersion, '-V, --version', 'Print the version.')
  .helpOption('-h, --help', 'Print this help.')
  .helpCommand('help [command]', 'Print the help of a command.')
  .configureHelp(helpLayout)
  .configureOutput({
    outputError: (text, write) => {
      write(text.replace(/^error: /, 'dant: '));
    },
  })
  .showHelpAfterError('("dant help" and "dant <command> --help" explain the usage)')
  .exitOverride()
  .addHelpText(
    'after',
    `
A first run:
  dant simulate recording     make a recording whose neurons are known, and its settings.json
  dant check recording        read and judge the input files
  dant run recording          track; the results go to recording/DANT_Output, with figures and report.html
  dant score recording/DANT_Output recording
For data of your own, begin with:
  dant init folder            write folder/settings.json, with every setting explained

Exit codes: 0 done; 1 a problem with the input, the settings or the output; 2 wrong usage; 130 interrupted.
The environment variable DANT_DEBUG=1 adds the stack to error messages.`,
  );

// In the order of the help. Only the command that is asked for is loaded: what the others need takes as long as Node itself.
const commands: Record<string, () => Promise<Command>> = {
  run: async () => (await import('./run.js')).runCommand(),
  report: async () => (await import('./report.js')).reportCommand(),
  evidence: async () => (await import('./evidence.js')).evidenceCommand(),
  check: async () => (await import('./check.js')).checkCommand(),
  init: async () => (await import('./init.js')).initCommand(),
  import: async () => (await import('./import.js')).importCommand(),
  ibl: async () => (await import('./ibl.js')).iblCommand(),
  track: async () => (await import('./track.js')).trackCommand(),
  export: async () => (await import('./export.js')).exportCommand(),
  pixels: async () => (await import('./pixels.js')).pixelsCommand(),
  simulate: async () => (await import('./simulate.js')).simulateCommand(),
  study: async () => (await import('./study.js')).studyCommand(),
  batch: async () => (await import('./batch.js')).batchCommand(),
  score: async () => (await import('./score.js')).scoreCommand(),
};
const asked = process.argv[2] ?? '';
for (const load of Object.hasOwn(commands, asked) ? [commands[asked]!] : Object.values(commands)) {
  program.addCommand((await load()).copyInheritedSettings(program));
}

// Whoever reads the output may stop reading ("dant run | head"); the run goes on.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Tells people what went wrong; returns the exit code. */
function report(error: unknown): number {
  // Commander has already printed its message.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.wrongUsage;
  if (error instanceof Interruption) {
    console.error(`dant: ${error.message}`);
    return error.exitCode;
  }
  const { message, stack } = error as Error;
  const advice =
    error instanceof DantError && error.code !== 'DANT_INTERNAL'
      ? ''
      : '\nThis is a mistake in node-dant; please report it, with what DANT_DEBUG=1 adds to this message.';
  console.error(`dant: ${message}${advice}`);
  if (process.env.DANT_DEBUG) console.error(stack);
  return exitCodes.problem;
}
