import { Command } from "commander";
import { checkConfiguration } from "../doctor/check-configuration.ts";
import { runDoctor } from "../doctor/run-doctor.ts";
import { drawNonce } from "../doctor/sample-ids.ts";
import { orgNeeds } from "./org-needs.ts";
import { printFindings } from "./print-findings.ts";
import { probeOrg } from "./probe-org.ts";
import { probeRedis } from "./probe-redis.ts";
import { siroProbe } from "./probe-siro.ts";
import { readLiveSettings } from "./read-live-settings.ts";
import { ownUrlOf, type SettingsReading } from "./read-settings.ts";

/** The command `doctor`: every check there is. Anything to mend ends the run with exit code 1. */
export function doctorCommand(): Command {
  return new Command("doctor")
    .description("check configuration, Redis, the running bridge, clocks, every org, and a sample")
    .option("--json", "print one JSON object")
    .action(async ({ json = false }: { readonly json?: boolean }) => {
      printFindings(await findAll(await readLiveSettings()), json);
    });
}

async function findAll(reading: SettingsReading) {
  if (reading.kind === "refused") {
    return checkConfiguration(reading);
  }
  const { config, env } = reading;
  return runDoctor(
    {
      openOrg: probeOrg,
      needsOf: orgNeeds,
      siro: siroProbe,
      nowMs: Date.now,
      readRedis: () => probeRedis(config, env["PATH"]),
      nonce: drawNonce(),
    },
    {
      ...config,
      connections: [...config.connections.values()],
      ownUrl: ownUrlOf(config),
      channels: {
        vapid: config.vapid,
        isVapidKeyGiven: Boolean(env["VAPID_PRIVATE_KEY"]),
        smtpUrl: env["SMTP_URL"] || undefined,
      },
    },
  );
}
