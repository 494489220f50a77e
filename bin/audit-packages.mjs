// Asks the package registry for known weaknesses of what runs in production. `npm run audit`
import { spawnSync } from "node:child_process";

const { status, stdout, stderr } = spawnSync(
  "npm",
  ["audit", "--omit=dev", "--audit-level=high", ...process.argv.slice(2)],
  { encoding: "utf8", shell: process.platform === "win32" },
);
const said = `${stdout ?? ""}${stderr ?? ""}`;
process.stdout.write(said);
// npm ends with 1 for a weakness as well as for a registry that has no audits or does not answer.
if (/audit endpoint returned an error|ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ETIMEDOUT/i.test(said)) {
  process.stdout.write(
    "\nNothing was audited: this registry has no audits, or does not answer.\n" +
      "Ask one that has them: npm run audit -- --registry=<its address>\n",
  );
  process.exitCode = 2;
} else {
  process.exitCode = status ?? 1;
}
