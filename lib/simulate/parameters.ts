import { requireOptions } from '../arguments.js';
import { DantError, argumentError, asJson, describeValue } from '../errors.js';
import { nearest } from '../settings/nearest.js';
import { presets, type PresetName } from './presets.js';
import { makeProbe } from './probe.js';
import { parameterRows, simulationTable, type ParameterName, type SimulationParameters } from './table.js';

/** Parameters of which any may be left out: those come from the preset, if one is named, else from the defaults. */
export interface SimulateOptions extends Partial<SimulationParameters> {
  preset?: PresetName | undefined;
}

/**
 * Fills in what is left out and checks everything.
 * @param nameOf How messages call a parameter.
 * @param defaults What takes the place of the table's.
 * @throws DANT_ARGUMENT with one message that lists all parameters that cannot be used.
 */
export function simulationParameters(
  options: SimulateOptions | undefined,
  nameOf: (name: string) => string = (name) => name,
  defaults: Partial<SimulationParameters> = {},
): SimulationParameters {
  const { preset, ...given }: SimulateOptions = requireOptions('options', options);
  if (preset !== undefined && typeof (preset as unknown) !== 'string') throw argumentError('preset', 'a name', preset);
  if (preset !== undefined && !Object.hasOwn(presets, preset)) {
    const names = Object.keys(presets);
    const near = nearest(preset, names);
    const advice = near === undefined ? `There are ${names.join(', ')}.` : `Did you mean ${near}?`;
    throw new DantError('DANT_ARGUMENT', `There is no preset "${preset as string}". ${advice}`);
  }
  const parameters: Partial<Record<ParameterName, unknown>> = {};
  const problems: string[] = [];
  const base: Partial<SimulationParameters> = preset === undefined ? {} : presets[preset].parameters;
  for (const [name, row] of parameterRows) {
    const value: unknown = given[name] ?? base[name] ?? defaults[name] ?? row.default;
    const result = row.schema.safeParse(value);
    if (result.success) parameters[name] = result.data;
    else problems.push(`${nameOf(name)}: expected ${row.expected}, found ${show(value)}.`);
  }
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(simulationTable, name)) continue;
    const near = nearest(name, Object.keys(simulationTable));
    problems.push(`${name}: there is no such parameter${near === undefined ? '.' : `; did you mean ${near}?`}`);
  }
  const complete = parameters as SimulationParameters;
  if (problems.length === 0) problems.push(...contradictions(complete, nameOf));
  if (problems.length > 0) {
    throw new DantError(
      'DANT_ARGUMENT',
      `The recording cannot be simulated with these options:\n${problems.map((problem) => `  ${problem}`).join('\n')}`,
    );
  }
  return complete;
}

const show = (value: unknown) => (typeof value === 'number' ? String(value) : (asJson(value) ?? describeValue(value)));

/** What no parameter alone shows. */
function contradictions(parameters: SimulationParameters, nameOf: (name: string) => string): string[] {
  const {
    probe,
    channels,
    sessions,
    depthUm,
    splitFraction,
    mixedFraction,
    missedFraction,
    pethBins,
    pethMissingBins,
  } = parameters;
  const problems: string[] = [];
  const sites = probe === 'linear' ? Infinity : 384;
  if (channels > sites) {
    problems.push(
      `${nameOf('channels')}: expected at most ${sites}, which a ${probe} probe records at a time, found ${channels}.`,
    );
  }
  if (probe === 'neuropixels-2.0-four-shank' && (channels % 4 !== 0 || channels < 8)) {
    problems.push(`${nameOf('channels')}: expected a multiple of 4, at least 8, for four shanks, found ${channels}.`);
  }
  for (const name of ['driftUm', 'depthDriftUmPerMm'] as const) {
    const value = parameters[name];
    if (Array.isArray(value) && value.length !== sessions) {
      problems.push(`${nameOf(name)}: expected ${sessions} numbers, one for each session, found ${value.length}.`);
    }
  }
  if (splitFraction + mixedFraction + missedFraction > 1) {
    const more = missedFraction > 0;
    problems.push(
      `${nameOf('splitFraction')}${more ? ',' : ' and'} ${nameOf('mixedFraction')}${more ? ` and ${nameOf('missedFraction')}` : ''}: ` +
        `expected at most 1 together, found ${splitFraction} + ${mixedFraction}${more ? ` + ${missedFraction}` : ''}.`,
    );
  }
  if (parameters.peth && pethMissingBins > pethBins - 2) {
    problems.push(
      `${nameOf('pethMissingBins')}: expected at most ${pethBins - 2}, so that two of the ${pethBins} bins are left, ` +
        `found ${pethMissingBins}.`,
    );
  }
  if (problems.length === 0 && depthUm.length === 2) {
    const { shallowestUm, deepestUm } = makeProbe(parameters);
    if (depthUm[0]! < shallowestUm || depthUm[1]! > deepestUm) {
      problems.push(
        `${nameOf('depthUm')}: expected depths within the channels' ${shallowestUm} to ${deepestUm} µm, ` +
          `found ${depthUm.join(' to ')} µm.`,
      );
    }
  }
  return problems;
}
