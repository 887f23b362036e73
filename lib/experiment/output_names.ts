import type { Session, SessionRecording } from './session.js';

/** x.ap.bin → x.ap, B(0).tdms → B(0) */
export const stemOf = (name: string) => name.replace(/\.(c?bin|tdms)$/, '');

/**
 * The name of the behaviour at 1 kHz, in processed. Where recordings share a behaviour file (several probes, or one file for all runs), each
 * has its own part of it: from the second on the number of the recording stands in the name.
 */
export function behaviourOutput(session: Pick<Session, 'recordings'>, recording: SessionRecording): string | undefined {
  const { behaviour, index } = recording;
  if (!behaviour) return undefined;
  const first = session.recordings.find((other) => other.behaviour?.name === behaviour.name);
  const which = first === undefined || first.index === index ? '' : `_${index}`;
  return `${stemOf(behaviour.name)}_processed${which}.h5`;
}

/** The name of the local field potential at 1 kHz; made of .ap it is called as if there had been a .lf. */
export function lfpOutput({ lfBin, apBin }: SessionRecording): string | undefined {
  if (lfBin) return `${stemOf(lfBin.name)}_processed.h5`;
  return apBin && `${stemOf(apBin.name).replace(/\.ap$/, '.lf')}_processed.h5`;
}

/** The name of the standard deviations of its channels. */
export const lfpSpreadOutput = (recording: SessionRecording) =>
  lfpOutput(recording)?.replace(/_processed\.h5$/, '_sd.json');

export const labelsOutput = ({ index }: SessionRecording) => `action_labels_${index}.npy`;
