import { Command, CommanderError, InvalidArgumentError } from "commander";
import { renderUnicodeCompact } from "uqr";
import { z } from "zod";
import { INVITE_LIFE_MINUTES } from "../books/invite-book.ts";
import { callAdminApi } from "./call-admin-api.ts";
import { findConnection } from "./connections-command.ts";
import { ownUrlOf, readSettings } from "./read-settings.ts";

interface InviteFlags {
  readonly expiresIn: number;
  readonly url?: string;
  readonly json?: boolean;
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
      .option("--url <url>", "base URL of the running bridge (default: this machine)", readUrl)
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
  const reading = readSettings();
  if (reading.kind === "refused") {
    fail(`the configuration cannot be used:\n  - ${reading.problems.join("\n  - ")}`, flags);
  }
  const { name } = findConnection(reading.config, rep.connection, command);
  const answer = await callAdminApi(reading.config, {
    baseUrl: (flags.url ?? ownUrlOf(reading.config)).replace(/\/+$/, ""),
    path: `/reps/${name}/${encodeURIComponent(rep.userId)}/invites`,
    body: { expiresInMinutes: flags.expiresIn },
  });
  if (answer.kind === "failed") {
    fail(answer.reason, flags);
  }
  const { url, expiresAt } = inviteSchema.parse(answer.body);
  process.stdout.write(
    flags.json === true
      ? `${JSON.stringify({ ok: true, url, expiresAt })}\n`
      : `${renderUnicodeCompact(url, { border: 2 })}\n\n${url}\n\n✓ Works once, until ${expiresAt}. Send it to the rep, or let them scan it.\n`,
  );
}

function fail(reason: string, { json }: InviteFlags): never {
  if (json === true) {
    process.stdout.write(`${JSON.stringify({ ok: false, reason })}\n`);
  } else {
    process.stderr.write(`✗ No invite was made: ${reason}\n`);
  }
  throw new CommanderError(1, "siro-bridge.inviteFailed", "no invite was made");
}

function readMinutes(text: string): number {
  const minutes = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(minutes >= least && minutes <= most)) {
    throw new InvalidArgumentError(`It must be ${least} to ${most} minutes.`);
  }
  return minutes;
}

function readUrl(text: string): string {
  if (!(URL.canParse(text) && /^https?:$/.test(new URL(text).protocol))) {
    throw new InvalidArgumentError("It must be an http or https URL.");
  }
  return text;
}
