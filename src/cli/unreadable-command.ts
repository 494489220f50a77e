import { Command } from "commander";
import { z } from "zod";
import { type BridgeFlags, readUrl, theBridge, URL_FLAG } from "./ask-bridge.ts";

const replySchema = z.object({
  items: z.array(
    z.looseObject({ at: z.string(), reason: z.string(), body: z.string().nullable() }),
  ),
});

/** The command `unreadable`: what senders sent that nobody could read. An answer that does not come ends the run with exit code 1. */
export function unreadableCommand(): Command {
  return new Command("unreadable")
    .description("show messages that nobody could read, the newest first; it is on the audit trail")
    .argument("<connection>", "the name of the connection")
    .option("--url <url>", URL_FLAG, readUrl)
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      "\nWhat they hold may be personal: it needs the role admin. More: docs/operations.md",
    )
    .action(runUnreadable);
}

async function runUnreadable(connection: string, flags: BridgeFlags): Promise<void> {
  const { ask } = theBridge(flags, "Nothing was shown");
  const { items } = replySchema.parse(
    await ask({ path: `/connections/${encodeURIComponent(connection)}/unreadable` }),
  );
  process.stdout.write(
    flags.json === true ? `${JSON.stringify({ ok: true, items })}\n` : listText(items),
  );
}

function listText(items: z.infer<typeof replySchema>["items"]): string {
  const shown = items.map(
    ({ at, reason, body }) =>
      `${at}  ${reason}\n${body === null ? "    (cannot be opened; was SECRET_KEY changed?)" : bodyText(body)}\n`,
  );
  return items.length === 0 ? "✓ Nothing is kept that nobody could read\n" : shown.join("\n");
}

/** Whoever sent it shall not steer the terminal. */
function bodyText(body: string): string {
  return body
    .split(/\r?\n/)
    .map((line) => `    ${line.replace(/[^\P{Cc}\t]|\p{Bidi_Control}/gu, "?")}`)
    .join("\n");
}
