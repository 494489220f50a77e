import { Command } from "commander";
import type { Config } from "../config.ts";
import { checkConfiguration } from "../doctor/check-configuration.ts";
import { checkConnections } from "../doctor/run-doctor.ts";
import type { Connection } from "../domain/connection.ts";
import { orgNeeds } from "./org-needs.ts";
import { printFindings } from "./print-findings.ts";
import { probeOrg } from "./probe-org.ts";
import { siroProbe } from "./probe-siro.ts";
import { readLiveSettings } from "./read-live-settings.ts";
import { ownUrlOf } from "./read-settings.ts";

interface CheckFlags {
  readonly json?: boolean;
}

/** The command `connections`, with `check`. Anything to mend ends the run with exit code 1. */
export function connectionsCommand(): Command {
  return new Command("connections")
    .description("look after the connections to Salesforce orgs")
    .addCommand(
      new Command("check")
        .description("check settings, sign-in, rights, API calls and clock of every connection")
        .argument("[connection]", "the name of one connection")
        .option("--json", "print one JSON object")
        .action(runCheck),
    );
}

async function runCheck(
  name: string | undefined,
  { json = false }: CheckFlags,
  command: Command,
): Promise<void> {
  const reading = await readLiveSettings();
  if (reading.kind === "refused") {
    printFindings(checkConfiguration(reading), json);
    return;
  }
  const { config } = reading;
  const findings = await checkConnections(
    { openOrg: probeOrg, needsOf: orgNeeds, siro: siroProbe, nowMs: Date.now },
    {
      ...config,
      connections:
        name === undefined
          ? [...config.connections.values()]
          : [findConnection(config, name, command)],
      ownUrl: ownUrlOf(config),
    },
  );
  printFindings(findings, json);
}

/**
 * Finds a connection by its name.
 *
 * @throws {CommanderError} as wrong use, with the names there are, when there is none.
 */
export function findConnection(
  { connections }: Pick<Config, "connections">,
  name: string,
  command: Command,
): Connection {
  const names = [...connections.keys()].join(", ");
  return connections.get(name) ?? command.error(`error: no such connection; there are: ${names}`);
}
