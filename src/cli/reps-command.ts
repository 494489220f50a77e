import { Command, InvalidArgumentError } from "commander";
import { renderUnicodeCompact } from "uqr";
import { z } from "zod";
import { INVITE_LIFE_MINUTES } from "../books/invite-book.ts";
import { type BridgeFlags, readUrl, theBridge, URL_FLAG } from "./ask-bridge.ts";
import { findConnection } from "./connections-command.ts";
import { readLiveSettings } from "./read-live-settings.ts";

interface InviteFlags extends BridgeFlags {
  readonly expiresIn: number;
}

const { least, usual, most } = INVITE_LIFE_MINUTES;
const inviteSchema = z.object({ url: z.string(), expiresAt: z.string() });

/** The command `reps`, with `invite`. An invite that is not made ends the run with exit code 1. */
export function repsCommand(): Command {
  return new Command("reps").description("look after the reps").addCommand(
    new Command("invite")
      .description("make a link with which a rep enrols a phone; it works once")
      .argument("<connection>", "the name of the connection")
      .argument("<userId>", "the rep's Salesforce user id")
      .option("--expires-in <minutes>", `${least} to ${most}`, readMinutes, usual)
      .option("--url <url>", URL_FLAG, readUrl)
      .option("--json", "print one JSON object")
      .action(function (this: Command, connection: string, userId: string) {
        return runInvite({ connection, userId }, this);
      }),
  );
}

async function runInvite(
  rep: { readonly connection: string; readonly userId: string },
  command: Command,
): Promise<void> {
  const flags = command.opts<InviteFlags>();
  const { config, ask } = theBridge(flags, "No invite was made");
  // The connections that were made in the operators' window count, too.
  const live = await readLiveSettings();
  const known = live.kind === "read" ? live.config : config;
  const { name } = findConnection(known, rep.connection, command);
  const answer = await ask({
    path: `/reps/${name}/${encodeURIComponent(rep.userId)}/invites`,
    body: { expiresInMinutes: flags.expiresIn },
  });
  const { url, expiresAt } = inviteSchema.parse(answer);
  process.stdout.write(
    flags.json === true
      ? `${JSON.stringify({ ok: true, url, expiresAt })}\n`
      : `${renderUnicodeCompact(url, { border: 2 })}\n\n${url}\n\n✓ Works once, until ${expiresAt}. Send it to the rep, or let them scan it.\n`,
  );
}

function readMinutes(text: string): number {
  const minutes = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(minutes >= least && minutes <= most)) {
    throw new InvalidArgumentError(`It must be ${least} to ${most} minutes.`);
  }
  return minutes;
}
