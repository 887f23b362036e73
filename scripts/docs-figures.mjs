// Draws the pictures of a result in docs/figures/: a simulated recording, tracked with the command, and its report in a browser.
// Needs Chromium (CHROMIUM_PATH, /usr/bin/chromium). Run "npm run build" first. The PNGs were then reduced to 48 and 16 colours
// (Pillow's quantize): a third of the size. The pipeline (pipeline.svg) is drawn by hand.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { chromium } from 'playwright-core';

const figures = fileURLToPath(new URL('../docs/figures/', import.meta.url));
const command = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'dant-figures-'));
const dant = (...args) => execFileSync(process.execPath, [command, ...args], { cwd: folder, stdio: 'ignore' });
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium' });
try {
  dant('simulate', 'recording');
  dant('run', 'recording');
  const result = join(folder, 'recording/DANT_Output');
  copyFileSync(join(result, 'Figures/units_across_days.svg'), join(figures, 'units-across-days.svg'));

  const page = await browser.newPage({ viewport: { width: 1040, height: 900 } });
  await page.goto(pathToFileURL(join(result, 'report.html')).href);
  await page.locator('#detail h2').waitFor();
  // The folder of the person who reads this page.
  await page.locator('.path').evaluate((line) => (line.textContent = '/home/you/recording/DANT_Output'));
  const { y } = await page.locator('#evidence').boundingBox();
  await page.screenshot({
    path: join(figures, 'report-summary.png'),
    clip: { x: 0, y: 0, width: 1040, height: y - 40 },
  });

  const depth = await page.getByText('Depth', { exact: true }).last().boundingBox();
  const detail = await page.locator('#detail').boundingBox();
  await page.screenshot({
    path: join(figures, 'report-neuron.png'),
    fullPage: true,
    clip: { ...detail, height: depth.y - detail.y - 14 },
  });
} finally {
  await browser.close();
  rmSync(folder, { recursive: true, force: true });
}
