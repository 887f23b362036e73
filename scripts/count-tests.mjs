// Adds up the results of the test runs: node scripts/count-tests.mjs <vitest.json> <doctest.xml>. Fails if one ran nothing.
import { readFileSync } from 'node:fs';

const [vitestFile, doctestFile] = process.argv.slice(2);
const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(vitestFile, 'utf8'));
const cases = /<OverallResultsTestCases successes="(\d+)" failures="(\d+)"/.exec(readFileSync(doctestFile, 'utf8'));
const [corePassed, coreFailed] = cases ? cases.slice(1).map(Number) : [0, 0];
if (!numPassedTests || !corePassed) {
  console.error('One of the test suites ran no test.');
  process.exitCode = 1;
}
if (numFailedTests || coreFailed) process.exitCode = 1;
console.log(`${numPassedTests + corePassed} passed, ${numFailedTests + coreFailed} failed, ${numPendingTests} skipped`);
