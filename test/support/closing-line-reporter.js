/** Prints the one closing line that people and CI read: `N passed, N failed`. */
export default class ClosingLineReporter {
  onRunComplete(_contexts, results) {
    const crashedSuites = results.numRuntimeErrorTestSuites;
    const failed = results.numFailedTests + crashedSuites;
    process.stdout.write(`\n${results.numPassedTests} passed, ${failed} failed\n`);
  }
}
