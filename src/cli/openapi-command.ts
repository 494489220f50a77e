import { Command } from "commander";
import { type BridgeFlags, readUrl, theBridge, URL_FLAG } from "./ask-bridge.ts";

/** The command `openapi`: prints the API's description as a running bridge serves it. */
export function openapiCommand(): Command {
  return new Command("openapi")
    .description("print the description of the API (OpenAPI 3.1) of a running bridge")
    .option("--url <url>", URL_FLAG, readUrl)
    .option("--json", "print it on one line")
    .action(runOpenapi);
}

async function runOpenapi({ url, json }: BridgeFlags): Promise<void> {
  const { ask } = theBridge(url === undefined ? {} : { url }, "No description");
  const text = JSON.stringify(await ask({ path: "/openapi.json" }), null, json === true ? 0 : 2);
  process.stdout.write(`${text}\n`);
}
