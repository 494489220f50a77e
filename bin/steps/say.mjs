/** Tells what is about to happen; on stderr, so that a caller's stdout holds results alone. */
export function say(message) {
  process.stderr.write(`siro-bridge: ${message}\n`);
}
