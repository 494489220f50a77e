import { Command, CommanderError } from "commander";
import { callAdminApi } from "./call-admin-api.ts";
import { ownUrlOf, readSettings } from "./read-settings.ts";

/** The command `openapi`: prints the API's description as a running bridge serves it. */
export function openapiCommand(): Command {
  return new Command("openapi")
    .description("print the description of the API (OpenAPI 3.1) of a running bridge")
    .option("--url <url>", "base URL of the running bridge (default: this machine)")
    .option("--json", "print it on one line")
    .action(function (this: Command) {
      return runOpenapi(this.opts<{ readonly url?: string; readonly json?: boolean }>());
    });
}

async function runOpenapi(flags: {
  readonly url?: string;
  readonly json?: boolean;
}): Promise<void> {
  const reading = readSettings();
  if (reading.kind === "refused") {
    fail(`the configuration cannot be used:\n  - ${reading.problems.join("\n  - ")}`);
  }
  const answer = await callAdminApi(reading.config, {
    baseUrl: (flags.url ?? ownUrlOf(reading.config)).replace(/\/+$/, ""),
    path: "/openapi.json",
  });
  if (answer.kind === "failed") {
    fail(answer.reason);
  }
  const text = JSON.stringify(answer.body, null, flags.json === true ? 0 : 2);
  process.stdout.write(`${text}\n`);
}

function fail(reason: string): never {
  process.stderr.write(`✗ No description: ${reason}\n`);
  throw new CommanderError(1, "siro-bridge.openapiFailed", "no description");
}
