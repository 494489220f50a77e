import { type Finding, fail, ok, warn } from "./finding.ts";

/** What came of reading the environment and the connections file. */
export type ConfigurationReading =
  | { readonly kind: "read"; readonly names: readonly string[]; readonly isLocalMode: boolean }
  | { readonly kind: "refused"; readonly problems: readonly string[] };

/** Says whether the configuration can be used; every problem is a finding of its own. Pure. */
export function checkConfiguration(reading: ConfigurationReading): readonly Finding[] {
  if (reading.kind === "refused") {
    return reading.problems.map((message) =>
      fail("configuration", {
        message,
        whatToDo: "Mend this value; .env.example and docs/operations.md describe it",
      }),
    );
  }
  if (reading.isLocalMode) {
    return [
      warn("configuration", {
        message: "No connection is configured: this is local mode, with the connection demo",
        whatToDo: "Write connections.json to serve a real org",
      }),
    ];
  }
  return [ok("configuration", `Readable; connections: ${reading.names.join(", ")}`)];
}
