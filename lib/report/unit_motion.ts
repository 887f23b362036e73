import { motionAt } from '../recording/motion.js';
import type { ReportData } from './report_data.js';

/** Motion of the probe at a unit, µm; 0 where it is not known. */
export function motionOf({ groups, shanks, sessions, locationsUm }: ReportData, unit: number): number {
  const group = groups.find(({ shank }) => shank === undefined || shank === shanks?.[unit]) ?? groups[0];
  const session = sessions?.[unit];
  if (!group?.motion || session === undefined || !locationsUm) return 0;
  return motionAt(group.motion, session, locationsUm[3 * unit + 1]!);
}
