/** Ends the run with one message that says what is wrong and what to do about it. */
export function refuse(message) {
  process.stderr.write(`\nsiro-bridge: ${message}\n`);
  process.exit(1);
}
