/** Whether a Redis keeps what it confirmed; every finding is a sentence that says what is at risk. */
export type Durability =
  | { readonly kind: "durable" }
  | { readonly kind: "at-risk"; readonly findings: readonly string[] }
  | { readonly kind: "unknown"; readonly findings: readonly string[] };

/** The two commands that the check needs. */
export interface DurabilitySource {
  readonly info: () => Promise<string>;
  readonly config: (subcommand: "GET", name: string) => Promise<unknown>;
}

type Settings = ReadonlyMap<string, string>;

const SETTINGS = ["appendonly", "appendfsync", "no-appendfsync-on-rewrite", "maxmemory-policy"];

/**
 * Reads the settings on which "acknowledged means durable" rests.
 *
 * Where CONFIG is not allowed the server's own report is used as far as it goes; what it does not tell
 * makes the answer `unknown`. Rejects when Redis does not answer.
 *
 * @see https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/
 */
export async function checkDurability(redis: DurabilitySource): Promise<Durability> {
  const report = parseInfo(await redis.info());
  const settings = await readSettings(redis);
  const findings = [
    ...persistenceFindings(settings ?? reportedSettings(report)),
    ...failedWriteFindings(report),
  ];
  if (findings.length > 0) {
    return { kind: "at-risk", findings };
  }
  if (settings === undefined) {
    return {
      kind: "unknown",
      findings: [
        "CONFIG GET is not allowed, so appendfsync cannot be verified: anything acknowledged may be lost when the server stops",
      ],
    };
  }
  return { kind: "durable" };
}

function persistenceFindings(settings: Settings): string[] {
  const policy = settings.get("maxmemory-policy") ?? "noeviction";
  return [
    ...appendOnlyFindings(settings),
    ...(policy === "noeviction"
      ? []
      : [
          `maxmemory-policy is ${policy}: when memory is full, waiting jobs vanish silently; set noeviction`,
        ]),
  ];
}

function appendOnlyFindings(settings: Settings): string[] {
  if (settings.get("appendonly") !== "yes") {
    return [
      "appendonly is off: everything acknowledged since the last snapshot is lost when Redis restarts; set appendonly yes",
    ];
  }
  const found: string[] = [];
  // Unknown when only the server's report could be read; `checkDurability` says so.
  const fsync = settings.get("appendfsync") ?? "always";
  if (fsync === "everysec") {
    found.push(
      "appendfsync is everysec: up to 2 s of acknowledged events are lost on a power failure; set appendfsync always",
    );
  } else if (fsync !== "always") {
    found.push(
      `appendfsync is ${fsync}: about 30 s of acknowledged events are lost on a power failure; set appendfsync always`,
    );
  }
  if (settings.get("no-appendfsync-on-rewrite") === "yes") {
    found.push(
      "no-appendfsync-on-rewrite is yes: while the file is rewritten, acknowledged events can be lost on a power failure; set it to no",
    );
  }
  return found;
}

function failedWriteFindings(report: Settings): string[] {
  const status = report.get("aof_last_write_status") ?? "ok";
  return status === "ok"
    ? []
    : [
        `aof_last_write_status is ${status}: the last write to the append-only file failed, nothing new can be made durable; free disk space or mend the disk`,
      ];
}

/** Resolves to undefined when this user may not read the configuration. */
async function readSettings(redis: DurabilitySource): Promise<Settings | undefined> {
  try {
    // One name at a time: Redis 6 does not take several.
    const replies: readonly unknown[] = await Promise.all(
      SETTINGS.map((name) => redis.config("GET", name)),
    );
    const settings = new Map(replies.flatMap(namedValue));
    return SETTINGS.every((name) => settings.has(name)) ? settings : undefined;
  } catch (cause) {
    if (cause instanceof Error && cause.name === "ReplyError") {
      return undefined;
    }
    throw cause;
  }
}

function namedValue(reply: unknown): [string, string][] {
  const [name, value]: readonly unknown[] = Array.isArray(reply) ? reply : [];
  return typeof name === "string" && typeof value === "string" ? [[name, value]] : [];
}

function reportedSettings(report: Settings): Settings {
  return new Map([
    ["appendonly", report.get("aof_enabled") === "0" ? "no" : "yes"],
    ["maxmemory-policy", report.get("maxmemory_policy") ?? "noeviction"],
  ]);
}

function parseInfo(info: string): Settings {
  return new Map(
    info.split("\r\n").flatMap((line) => {
      const at = line.indexOf(":");
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
    }),
  );
}
