import { readFileSync } from "node:fs";
import { Command, CommanderError } from "commander";
import { errorCode } from "../error-code.ts";
import { takeUpStore } from "../take-up-store.ts";
import { type ImportResult, importRecord } from "../transfer/import-record.ts";
import { readTransfer } from "../transfer/read-transfer.ts";
import type { TransferRecord } from "../transfer/transfer-record.ts";
import { tellProgress } from "./tell-progress.ts";
import { failCommand, type StoreAtHand, withStore } from "./with-store.ts";

interface ImportFlags {
  readonly dryRun?: boolean;
  readonly replace?: boolean;
  readonly json?: boolean;
}

/** The command `import`. A file that cannot be used ends the run with exit code 1, and nothing is written then. */
export function importCommand(): Command {
  return new Command("import")
    .description("bring an export into this store")
    .argument("<file>", "what siro-bridge export wrote")
    .option("--dry-run", "check every line and say what would be done; write nothing")
    .option("--replace", "overwrite what is here and differs (default: what is here stays)")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      `
Every line is checked before the first one is written. The same import again changes nothing. SECRET_KEY must be that of the bridge
that made the export. Appointments are not imported: the poll reads them from Salesforce, and prompts follow from that.
The file holds personal data: delete it when it is no longer needed.`,
    )
    .action(runImport);
}

async function runImport(path: string, flags: ImportFlags): Promise<void> {
  const text = readText(path);
  const told = await withStore(async (store) => {
    const reading = readTransfer(text, store.config.secretKey);
    if (reading.kind === "refused") {
      refuse(reading.problems, flags);
    }
    return importAll(store, reading.records, flags);
  });
  print(told, flags);
}

function readText(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    failCommand(`${path} cannot be read (${errorCode(error) ?? "unknown"})`);
  }
}

/** What became of one record; named by ids, never by people. */
interface Told {
  readonly kind: TransferRecord["kind"];
  readonly of: string;
  readonly result: ImportResult;
}

async function importAll(
  { redis, config }: StoreAtHand,
  records: readonly TransferRecord[],
  { dryRun: isTrial = false, replace: isReplacing = false }: ImportFlags,
): Promise<readonly Told[]> {
  if (!isTrial) {
    await takeUpStore(redis);
  }
  const options = { secretKey: config.secretKey, isTrial, isReplacing };
  const progress = tellProgress("imported");
  const told: Told[] = [];
  for (const record of records) {
    const result = await importRecord(redis, record, options);
    told.push({ kind: record.kind, of: nameOf(record), result });
    progress.step();
  }
  progress.end();
  return told;
}

function nameOf(record: TransferRecord): string {
  switch (record.kind) {
    case "connection":
      return record.name;
    case "hold":
      return record.connection;
    case "rep":
      return `${record.connection} ${record.rep.userId}`;
    case "device":
      return `${record.device.connection} ${record.device.deviceId}`;
    case "person":
      return record.person.name;
    case "appointment":
      return `${record.connection} ${record.recordId}`;
  }
}

function refuse(problems: readonly string[], { json = false }: ImportFlags): never {
  if (json) {
    process.stdout.write(`${JSON.stringify({ ok: false, problems })}\n`);
  } else {
    const lines = problems.map((problem) => `  - ${problem}\n`).join("");
    process.stderr.write(`✗ Nothing was imported:\n${lines}`);
  }
  throw new CommanderError(1, "siro-bridge.importRefused", "nothing was imported");
}

const WORDS: Readonly<Record<ImportResult, string>> = {
  added: "added",
  replaced: "replaced",
  same: "here already, the same",
  kept: "not imported: another one is here (--replace overwrites it)",
  left: "not imported: appointments come back by the poll",
};

function print(told: readonly Told[], { json = false, dryRun = false }: ImportFlags): void {
  const counts = Object.fromEntries(countBy(told, ({ result }) => result));
  const kept = told.filter(({ result }) => result === "kept").map(({ kind, of }) => ({ kind, of }));
  if (json) {
    process.stdout.write(`${JSON.stringify({ ok: true, dryRun, counts, kept })}\n`);
    return;
  }
  const lines = [...countBy(told, ({ kind, result }) => `${kind}: ${WORDS[result]}`)];
  process.stdout.write(
    [
      dryRun ? "Nothing was written. An import would do this:\n" : "✓ Imported\n",
      ...lines.map(([what, count]) => `  ${count} × ${what}\n`),
      ...kept.map(({ kind, of }) => `  kept: ${kind} ${of}\n`),
    ].join(""),
  );
}

function countBy(
  told: readonly Told[],
  nameOfOne: (one: Told) => string,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const one of told) {
    counts.set(nameOfOne(one), (counts.get(nameOfOne(one)) ?? 0) + 1);
  }
  return counts;
}
