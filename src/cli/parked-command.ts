import { setTimeout as delay } from "node:timers/promises";
import { Command, InvalidArgumentError } from "commander";
import { z } from "zod";
import {
  type AskedBridge,
  type BridgeFlags,
  failAsked,
  readUrl,
  theBridge,
  URL_FLAG,
} from "./ask-bridge.ts";
import { tellShare } from "./tell-progress.ts";

interface ParkedFlags extends BridgeFlags {
  readonly connection?: string;
  readonly reason?: string;
}

interface ListFlags extends ParkedFlags {
  readonly limit: number;
}

interface ReplayFlags extends ParkedFlags {
  readonly all?: boolean;
  readonly dryRun?: boolean;
}

const LOOK_EVERY_MS = 500;
const MOST_LISTED = 200;

const pageSchema = z.looseObject({
  items: z.array(
    z.looseObject({
      id: z.string(),
      connection: z.string(),
      reason: z.string(),
      detail: z.string(),
      recordId: z.string().nullable(),
      lastParkedAt: z.string(),
    }),
  ),
  total: z.number(),
  reasons: z.array(z.object({ reason: z.string(), count: z.number() })).default([]),
});
const countSchema = z.object({ count: z.number() });
const oneSchema = z.object({ replayed: z.number() });
const begunSchema = z.object({ batchId: z.string() });
const progressSchema = z.object({
  total: z.number(),
  done: z.number(),
  failed: z.number(),
  state: z.string(),
});

/** The command `parked`, with `list` and `replay`. A replay that does not come to its end exits with 1. */
export function parkedCommand(): Command {
  return new Command("parked")
    .description("work that the bridge gave up, and waits for you with")
    .addCommand(listCommand())
    .addCommand(replayCommand());
}

function listCommand(): Command {
  return filtered(new Command("list").description("list parked work, the newest first"))
    .option("--limit <count>", `1 to ${MOST_LISTED}`, readLimit, 50)
    .addHelpText("after", "\nWhat each reason means, and what to do: docs/failures.md")
    .action(runList);
}

function replayCommand(): Command {
  return filtered(
    new Command("replay")
      .description("hand parked work back to its queue; it is read anew, so nothing old comes back")
      .argument("[id]", "one entry, by its id from the list"),
  )
    .option("--all", "everything that is parked")
    .option("--dry-run", "only count what would be handed back")
    .addHelpText(
      "after",
      `
Say what: an id, --connection, --reason, or --all.

Example, after the org's permissions were mended:
  siro-bridge parked replay --reason ORG_ACCESS_REFUSED --dry-run
  siro-bridge parked replay --reason ORG_ACCESS_REFUSED`,
    )
    .action(function (this: Command, id: string | undefined) {
      return runReplay(id, this);
    });
}

function filtered(command: Command): Command {
  return command
    .option("--connection <name>", "only of this connection")
    .option("--reason <code>", "only of this reason, such as NO_READER")
    .option("--url <url>", URL_FLAG, readUrl)
    .option("--json", "print one JSON object");
}

async function runList(flags: ListFlags): Promise<void> {
  const { ask } = theBridge(flags, "Nothing was listed");
  const page = pageSchema.parse(
    await ask({
      path: `/parked?${new URLSearchParams({ ...filterOf(flags), limit: `${flags.limit}` })}`,
    }),
  );
  process.stdout.write(
    flags.json === true ? `${JSON.stringify({ ok: true, ...page })}\n` : listText(page),
  );
}

function listText({ items, total, reasons }: z.infer<typeof pageSchema>): string {
  const lines = items.map(
    ({ id, connection, reason, detail, recordId, lastParkedAt }) =>
      `${lastParkedAt}  ${connection}  ${reason}  ${recordId ?? "-"}  ${id}\n    ${detail}`,
  );
  const counts = reasons.map(({ reason, count }) => `${count} × ${reason}`).join(", ");
  const rest = total > items.length ? `; ${items.length} are shown` : "";
  return total === 0
    ? "✓ Nothing is parked\n"
    : `${lines.join("\n")}\n\n${total} parked${rest}. By reason: ${counts}\n`;
}

async function runReplay(id: string | undefined, command: Command): Promise<void> {
  const flags = command.opts<ReplayFlags>();
  const filter = filterOf(flags);
  const hasFilter = Object.keys(filter).length > 0;
  if ([id !== undefined, hasFilter, flags.all === true].filter(Boolean).length !== 1) {
    command.error("error: say what: an id, --connection and --reason, or --all");
  }
  const bridge = theBridge(flags, "Nothing was replayed");
  if (flags.dryRun === true) {
    const body = { ...filter, dryRun: true };
    const count =
      id === undefined ? countSchema.parse(await bridge.ask(replayCall(body))).count : 1;
    tellDone(flags, { count }, `${count} would be handed back`);
  } else if (id !== undefined) {
    const path = `/parked/${encodeURIComponent(id)}/replay`;
    const { replayed } = oneSchema.parse(await bridge.ask({ path, body: {} }));
    tellDone(flags, { replayed }, "✓ Handed back");
  } else {
    await replayAll(bridge, filter, flags);
  }
}

async function replayAll(bridge: AskedBridge, filter: object, flags: ReplayFlags): Promise<void> {
  const { batchId } = begunSchema.parse(await bridge.ask(replayCall(filter)));
  const progress = tellShare("handed back");
  let batch = progressSchema.parse(await bridge.ask({ path: `/parked/replays/${batchId}` }));
  while (batch.state === "running") {
    progress.at(batch.done, batch.total);
    await delay(LOOK_EVERY_MS);
    batch = progressSchema.parse(await bridge.ask({ path: `/parked/replays/${batchId}` }));
  }
  progress.end();
  const { done, total, state } = batch;
  if (done < total) {
    const reason = `${done} of ${total} were handed back (${state}); the others are still parked`;
    failAsked({ reason, failed: "Not all was replayed" }, flags);
  }
  tellDone(flags, { replayed: done }, `✓ ${done} handed back`);
}

function replayCall(body: object) {
  return { path: "/parked/replay", body };
}

function tellDone({ json }: ReplayFlags, facts: object, text: string): void {
  process.stdout.write(json === true ? `${JSON.stringify({ ok: true, ...facts })}\n` : `${text}\n`);
}

function filterOf({ connection, reason }: ParkedFlags): Readonly<Record<string, string>> {
  return {
    ...(connection === undefined ? {} : { connection }),
    ...(reason === undefined ? {} : { reason }),
  };
}

function readLimit(text: string): number {
  const limit = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MOST_LISTED) {
    throw new InvalidArgumentError(`It must be 1 to ${MOST_LISTED}.`);
  }
  return limit;
}
