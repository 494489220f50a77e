import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { ConfigError, loadConfig } from "../../src/config.ts";
import { shownAlertSchema } from "../../src/domain/shown-alert.ts";

const objectSchema = z.record(z.string(), z.unknown());

/** What an alert webhook gets. */
const alertMessageSchema = z.strictObject({
  type: z.enum(["alert.opened", "alert.repeated", "alert.resolved"]),
  timestamp: z.iso.datetime(),
  data: shownAlertSchema.strict(),
});

const BASE = {
  name: "acme",
  organizationId: "00D5f000004XyZaEAK",
  webhookSecrets: ["an-invented-webhook-secret-of-40-letters!"],
};
const SALESFORCE = {
  instanceUrl: "https://acme.my.salesforce.com",
  auth: { kind: "client-credentials", clientId: "invented", clientSecret: "invented" },
};

/**
 * Judges a JSON example by the schema of what it shows: a connections file, a connection, keys of one, an alert.
 *
 * @returns what is wrong with it; nothing when it could be used as it is, but for its dots.
 */
export function judgeJson(text: string, dir: string): readonly string[] {
  const example = readExample(text);
  if ("connections" in example) {
    return problemsOf(example, dir);
  }
  if (typeof example["type"] === "string" && example["type"].startsWith("alert.")) {
    return alertMessageSchema.safeParse(example).error?.issues.map(({ message }) => message) ?? [];
  }
  const readings = [
    { ...BASE, ...example },
    { ...BASE, salesforce: { ...SALESFORCE, ...example } },
    { ...BASE, salesforce: SALESFORCE, ...example },
  ].map((connection) => problemsOf({ connections: [connection] }, dir));
  return readings.find((problems) => problems.length === 0) ?? readings[0] ?? [];
}

/** Reads a whole document, or keys of one; where it says … a reader puts in something of their own. */
function readExample(text: string): z.infer<typeof objectSchema> {
  const filled = text.replaceAll("AC…", `AC${"0".repeat(32)}`).replaceAll("…", "XXXX");
  const whole = filled.trimStart().startsWith("{") ? filled : `{${filled}}`;
  return objectSchema.parse(JSON.parse(whole));
}

function problemsOf(file: unknown, dir: string): readonly string[] {
  const path = join(dir, "judged.json");
  const text = JSON.stringify(file);
  writeFileSync(path, text);
  const named = [...text.matchAll(/\$env:(\w+)/g)].map(([, name = ""]) => name);
  const values = named.map((name) => [name, inventedValue(name)] as const);
  try {
    loadConfig({ DATA_DIR: dir, CONNECTIONS_FILE: path, ...Object.fromEntries(values) });
    return [];
  } catch (error) {
    return error instanceof ConfigError ? error.message.split("\n") : [String(error)];
  }
}

/** A value of the kind that a variable's name speaks of. */
function inventedValue(name: string): string {
  return name.includes("SIGNING")
    ? `whsec_${Buffer.alloc(24, "signing").toString("base64")}`
    : `an-invented-value-of-more-than-32-letters-for-${name}`;
}
