/** Names the tests that passed only at the second try; then, as the very last line: `N passed, N failed`. */
export default class ClosingLineReporter {
  onRunComplete(_contexts, results) {
    const tests = results.testResults.flatMap(({ testResults }) => testResults);
    for (const { fullName, status, invocations } of tests) {
      if (status === "passed" && invocations > 1) {
        process.stdout.write(`passed at the second try: ${fullName}\n`);
      }
    }
    const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
    const line = `${results.numPassedTests} passed, ${failed} failed\n`;
    process.once("exit", () => process.stdout.write(line));
  }
}
