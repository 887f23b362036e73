import { resolvePath } from './resolve_path.js';
import type { Settings } from './table.js';

/** Makes all paths absolute; relative ones start from `folder`, the folder of the settings file. */
export function resolveSettings(settings: Settings, folder: string): Settings {
  const { path_to_data, output_folder, waveformCorrection } = settings;
  const motion = waveformCorrection.path_to_motion;
  return {
    ...settings,
    path_to_data: resolvePath(path_to_data, folder),
    output_folder: resolvePath(output_folder, folder),
    waveformCorrection: { ...waveformCorrection, path_to_motion: motion === '' ? '' : resolvePath(motion, folder) },
  };
}
