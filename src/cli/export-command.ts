import { once } from "node:events";
import { chmodSync, createWriteStream, writeFileSync } from "node:fs";
import { Command, InvalidArgumentError } from "commander";
import { errorCode } from "../error-code.ts";
import { refuseNewer } from "../take-up-store.ts";
import { exportRecords } from "../transfer/export-records.ts";
import { TRANSFER_VERSION } from "../transfer/transfer-record.ts";
import { tellProgress } from "./tell-progress.ts";
import { failCommand, withStore } from "./with-store.ts";

interface ExportFlags {
  readonly out?: string;
  readonly appointments?: boolean;
  readonly from: number;
  readonly until: number;
  readonly json?: boolean;
}

/** The command `export`. */
export function exportCommand(): Command {
  return new Command("export")
    .description("write connections, reps, devices and operators as lines of JSON (NDJSON)")
    .option(
      "--out <file>",
      "write into this file, which its owner alone can read (default: stdout)",
    )
    .option(
      "--appointments",
      "appointments with their timelines, too: for analysis, no import brings them",
    )
    .option("--from <date>", "appointments that begin at or after this", readDate, 0)
    .option(
      "--until <date>",
      "appointments that begin at or before this",
      readDate,
      Number.MAX_SAFE_INTEGER,
    )
    .option("--json", "print the counts as one JSON object: on stdout with --out, else on stderr")
    .addHelpText(
      "after",
      `
What is in it: people's names and e-mail addresses, hashes of passwords and tokens, and secrets that are sealed with SECRET_KEY.
Keep it like a backup: with --out the file is closed to others; before "> file" say umask 077.

Example, from one Redis to another:
  siro-bridge export --out bridge.ndjson
  REDIS_URL=rediss://new.example.com siro-bridge import bridge.ndjson`,
    )
    .action(runExport);
}

async function runExport(flags: ExportFlags): Promise<void> {
  const counts = await withStore(async ({ redis, config }) => {
    await refuseNewer(redis);
    const { fromMs, untilMs } = { fromMs: flags.from, untilMs: flags.until };
    const records = exportRecords(redis, {
      connectionNames: config.isLocalMode ? [] : [...config.connections.keys()],
      secretKey: config.secretKey,
      ...(flags.appointments === true ? { appointments: { fromMs, untilMs } } : {}),
    });
    return writeAll(records, flags.out);
  });
  const text =
    flags.json === true ? JSON.stringify({ ok: true, counts }) : `✓ Exported: ${told(counts)}`;
  (flags.out === undefined ? process.stderr : process.stdout).write(`${text}\n`);
}

type Counts = Readonly<Record<string, number>>;

async function writeAll(
  records: AsyncIterable<{ readonly kind: string }>,
  out: string | undefined,
): Promise<Counts> {
  const file = out === undefined ? undefined : openPrivately(out);
  const stream = file ?? process.stdout;
  const counts: Record<string, number> = {};
  const progress = tellProgress("exported");
  const header = {
    kind: "siro-bridge-export",
    version: TRANSFER_VERSION,
    exportedAt: new Date().toISOString(),
  };
  stream.write(`${JSON.stringify(header)}\n`);
  for await (const record of records) {
    // Nobody reads as fast as a store is read.
    if (!stream.write(`${JSON.stringify(record)}\n`)) {
      await once(stream, "drain");
    }
    counts[record.kind] = (counts[record.kind] ?? 0) + 1;
    progress.step();
  }
  progress.end();
  if (file !== undefined) {
    file.end();
    await once(file, "finish");
  }
  return counts;
}

/** The mode is given to a new file alone; one that is replaced may have been open to others. */
function openPrivately(path: string) {
  try {
    writeFileSync(path, "", { mode: 0o600 });
    chmodSync(path, 0o600);
    return createWriteStream(path, { flags: "a" });
  } catch (error) {
    failCommand(`${path} cannot be written (${errorCode(error) ?? "unknown"})`);
  }
}

function told(counts: Counts): string {
  const parts = Object.entries(counts).map(([kind, count]) => `${count} × ${kind}`);
  return parts.length === 0 ? "nothing; the store is empty" : parts.join(", ");
}

function readDate(text: string): number {
  const atMs = Date.parse(text);
  if (Number.isNaN(atMs)) {
    throw new InvalidArgumentError(
      "It must be a date, such as 2026-11-01 or 2026-11-01T09:00:00Z.",
    );
  }
  return atMs;
}
