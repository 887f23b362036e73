import { join } from 'node:path';
import { z } from 'zod';

import { entries, inFolder } from './files.js';
import type { SourceKind } from './source.js';

/** `data: folder` */
export const dataFolderKind: SourceKind<string> = {
  about: 'a folder that dant run takes',
  schema: z.string(),
  open(path, { from }) {
    const folder = from(path);
    return {
      folder,
      description: folder,
      parts: [folder],
      async files() {
        const names = await entries(folder);
        const arrays = inFolder(
          folder,
          names.filter((name) => name.endsWith('.npy')),
        );
        // These can be ten thousand files: their sizes and times must do.
        const trains = join(folder, 'spike_times');
        const ofUnits = names.includes('spike_times') ? inFolder(trains, await entries(trains), false) : [];
        return [...arrays, ...ofUnits];
      },
    };
  },
};
