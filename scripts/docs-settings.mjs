// Writes docs/settings.md from the table of settings. Run "npm run build:ts" first; "npm run docs:settings" does.
import { writeFileSync } from 'node:fs';

import { settingsPage } from '../dist/settings/docs.js';

writeFileSync(new URL('../docs/settings.md', import.meta.url), settingsPage());
