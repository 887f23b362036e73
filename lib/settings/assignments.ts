import { DantError } from '../errors.js';
import { nearestPath } from './nearest.js';
import { settingRows } from './table.js';
import { setValueAt, type Tree } from './tree.js';

/**
 * Puts "key=value" texts of the command line into settings; later ones win. Lists of features may be written as
 * Waveform,AutoCorr or as JSON; paths are relative to the working directory.
 * @returns The paths of the settings that were set.
 * @throws DANT_SETTINGS for an unknown key: other than in a file, nobody would see a warning in time.
 */
export function applyAssignments(tree: Tree, assignments: readonly string[]): Set<string> {
  const assigned = new Set<string>();
  for (const assignment of assignments) {
    const equals = assignment.indexOf('=');
    if (equals < 1) {
      throw new DantError(
        'DANT_SETTINGS',
        `Expected key=value, such as clustering.max_distance=80, found "${assignment}".`,
      );
    }
    const key = assignment.slice(0, equals).trim();
    const text = assignment.slice(equals + 1);
    const found = settingRows.find(([path]) => path === key || path.replaceAll('_', '-') === key);
    if (found === undefined) {
      const near = nearestPath(
        key,
        settingRows.map(([path]) => path),
      );
      const advice = near === undefined ? '"dant run --help" lists all settings.' : `did you mean ${near}?`;
      throw new DantError('DANT_SETTINGS', `There is no setting ${key} (from "${assignment}"); ${advice}`);
    }
    const [path, row] = found;
    setValueAt(tree, path, row.fromText(text));
    assigned.add(path);
  }
  return assigned;
}
