// Adds up the results of the test runs: node scripts/count-tests.mjs <doctest.xml> <accuracy.json> <vitest.json> … Fails if one
// ran nothing.
import { readFileSync } from 'node:fs';

import { browserTestsText, goldenSetsText } from './golden-sets.mjs';

const [doctestFile, accuracyFile, ...vitestFiles] = process.argv.slice(2);
const cases = /<OverallResultsTestCases successes="(\d+)" failures="(\d+)"/.exec(readFileSync(doctestFile, 'utf8'));
const goals = JSON.parse(readFileSync(accuracyFile, 'utf8')).goals;
const goalsReached = goals.filter(({ passed }) => passed).length;
const suites = [
  cases ? { passed: Number(cases[1]), failed: Number(cases[2]), skipped: 0 } : { passed: 0, failed: 0, skipped: 0 },
  { passed: goalsReached, failed: goals.length - goalsReached, skipped: 0 },
  ...vitestFiles.map((file) => {
    const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(file, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests };
  }),
];
if (vitestFiles.length === 0 || suites.some(({ passed }) => !passed)) {
  console.error('One of the test suites ran no test.');
  process.exitCode = 1;
}
const sum = (of) => suites.reduce((total, suite) => total + suite[of], 0);
if (sum('failed') > 0) process.exitCode = 1;
console.log(`${goldenSetsText()}\n${browserTestsText()}`);
console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
