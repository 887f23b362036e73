import { join } from 'node:path';
import { z } from 'zod';

import { importIbl } from '../../import/ibl/import_ibl.js';
import { findSessions, openOneCache } from '../../import/ibl/one_cache.js';
import { sessionFiles } from '../../import/ibl/session_files.js';
import type { InputFile, SourceKind } from './source.js';

const subjectSchema = z.strictObject({
  cache: z.string(),
  subject: z.string().optional(),
  probe: z.string().optional(),
  sorter: z.string().optional(),
  revision: z.string().optional(),
  namespace: z.string().optional(),
});

/** `ibl: cache`: all sessions of a subject in a ONE cache. The subject and its probe are the recording's, unless named. */
export const iblSubjectKind: SourceKind<z.infer<typeof subjectSchema>> = {
  about:
    'a ONE cache of the International Brain Laboratory, or an object with "cache" and "subject", "probe", "sorter"',
  schema: z.union([z.string().transform((cache) => ({ cache })), subjectSchema]),
  open(value, { animal, probe, from }) {
    const { cache: path, subject = animal, probe: named = probe, ...choice } = value;
    const cache = from(path);
    const asked = { subject, probe: named, ...choice };
    return {
      description: { ...asked, cache },
      parts: [join(cache, asked.subject, asked.probe ?? '')],
      files: () => filesOf(cache, asked),
      import: (output, options, control) => importIbl(cache, { ...options, ...asked }, output, control),
    };
  },
};

/** Of the probe's sorting and recording; of all probes where none is named. */
async function filesOf(
  cache: string,
  { subject, probe }: { subject: string; probe?: string | undefined },
): Promise<InputFile[]> {
  const one = await openOneCache(cache);
  const found: InputFile[] = [];
  for (const session of findSessions(one, { subject })) {
    for (const { path } of (await sessionFiles(one, session)).files) {
      const [, folder = ''] = path.split('/');
      if (probe === undefined ? /probe/i.test(folder) : folder === probe)
        found.push({ path: join(session.folder, path), hasHeader: true });
    }
  }
  return found;
}
