import { fileError } from '../../files/file_error.js';

/** Extensions that hold mean waveforms, the better one first. */
export const templateNames = ['templates', 'fast_templates'];

/** For an analyzer without templates. */
export function templatesMissing(folder: string, extensions: readonly string[]) {
  return fileError(
    folder,
    `the extension "templates" was not computed; there ${extensions.length > 0 ? `is ${extensions.join(', ')}` : 'are none'}. ` +
      'In Python: analyzer.compute(["random_spikes", "waveforms", "templates"]).',
  );
}

/** Whether templates are in µV, as the settings say. Throws DANT_DATA if they do not. */
export function inUv(path: string, settings: unknown): boolean {
  const { return_in_uV: now, return_scaled: before } = (settings ?? {}) as Record<string, unknown>;
  const value = now ?? before;
  if (typeof value === 'boolean') return value;
  throw fileError(path, 'the settings do not tell whether the templates are in µV (return_in_uV, or return_scaled).');
}
