import { refuse } from "./refuse.mjs";

const OLDEST = [20, 19];

/** Refuses a Node.js that cannot run the bridge. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) {
    return;
  }
  refuse(
    `Node.js ${OLDEST.join(".")} or newer is needed; this is ${process.versions.node}. ` +
      "Install a current release (https://nodejs.org) and run the same command again.",
  );
}
