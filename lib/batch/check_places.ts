import { isAbsolute, join, relative, sep } from 'node:path';

import { fileError } from '../files/file_error.js';
import { describe, type Study, type StudyRecording } from './study.js';

/** Names in the output of a study that the batch uses itself. */
const reserved = ['slurm', 'study.html', 'study.csv', 'study.json'];

/** Throws DANT_DATA if two recordings would go to one place, one would go over its input, or two animals have one input. */
export function checkPlaces({ file, output, recordings }: Study): void {
  const byPlace = new Map<string, StudyRecording>();
  const byPart = new Map<string, StudyRecording>();
  for (const one of recordings) {
    const place = join(output, one.id);
    // As file systems compare names that do not tell capitals from others
    const key = one.id.normalize().toLowerCase();
    const other = byPlace.get(key);
    if (other) {
      throw fileError(
        file,
        `two recordings would go to ${place}: those of ${describe(other)} and of ${describe(one)}. ` +
          'Tell them apart by "probe" or "region".',
      );
    }
    byPlace.set(key, one);
    if (reserved.includes(key)) {
      throw fileError(file, `${describe(one)}: ${place} is where the batch keeps its own files. Choose another name.`);
    }
    for (const [at, part] of one.source.parts.entries()) {
      if (isWithin(part, place)) {
        throw fileError(
          file,
          `${describe(one)}: its results would go to ${place}, which holds its input ${part}. Choose another "output".`,
        );
      }
      if (one.source.parts.indexOf(part) < at) {
        throw fileError(file, `${describe(one)}: ${part} is there twice. Each session counts once.`);
      }
      const owner = byPart.get(part) ?? one;
      byPart.set(part, owner);
      if (owner.animal !== one.animal) {
        throw fileError(
          file,
          `${part} is a session of two animals: of ${describe(owner)} and of ${describe(one)}. Take it out where it does not belong.`,
        );
      }
    }
  }
}

function isWithin(inner: string, outer: string): boolean {
  const path = relative(outer, inner);
  return path !== '..' && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}
