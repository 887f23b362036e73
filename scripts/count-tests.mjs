// Adds up the results of the test runs: node scripts/count-tests.mjs <vitest.json> <doctest.xml> <accuracy.json>. Fails if one
// ran nothing.
import { readFileSync } from 'node:fs';

const [vitestFile, doctestFile, accuracyFile] = process.argv.slice(2);
const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(vitestFile, 'utf8'));
const cases = /<OverallResultsTestCases successes="(\d+)" failures="(\d+)"/.exec(readFileSync(doctestFile, 'utf8'));
const [corePassed, coreFailed] = cases ? cases.slice(1).map(Number) : [0, 0];
const goals = JSON.parse(readFileSync(accuracyFile, 'utf8')).goals;
const goalsReached = goals.filter(({ passed }) => passed).length;
if (!numPassedTests || !corePassed || !goalsReached) {
  console.error('One of the test suites ran no test.');
  process.exitCode = 1;
}
const passed = numPassedTests + corePassed + goalsReached;
const failed = numFailedTests + coreFailed + goals.length - goalsReached;
if (failed) process.exitCode = 1;
console.log(`${passed} passed, ${failed} failed, ${numPendingTests} skipped`);
