import { expect, it } from 'vitest';

import { columnsFor } from '../../../lib/report/page/columns.js';
import type { ReportPage } from '../../../lib/report/packed.js';

it.each([
  ['µV·µm', 'amplitude (µV·µm)', /strength of the source/],
  ['µV', 'amplitude (µV)', /peak to trough on the peak channel/],
  [null, 'amplitude', /or the strength/],
] as const)('the amplitude in %s has its unit', (amplitudeUnit, title, about) => {
  const page = { amplitudeUnit, measure: 'similarity', sessionCount: 3 } as ReportPage;
  const columns = columnsFor('cluster', page, { severalShanks: false, imported: false });
  expect(columns.find((column) => column.title.startsWith('amplitude'))).toMatchObject({
    title,
    about: expect.stringMatching(about) as string,
  });
});
