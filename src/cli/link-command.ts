import { Command, CommanderError, InvalidArgumentError } from "commander";
import {
  buildRecordingLink,
  type CrmObject,
  type LinkWarning,
  type ParsedLegacyAppLink,
  type ParsedRecordingLink,
  parseRecordingLink,
  RECORDING_ACTIONS,
  type RefusedLink,
} from "../links/links.ts";

interface RuleFlags {
  readonly whitelistedScheme?: readonly string[];
  readonly allowUndocumented?: boolean;
  readonly normalizeIds: boolean;
  readonly json?: boolean;
}

interface BuildFlags extends RuleFlags {
  readonly action?: string;
  readonly title?: string;
  readonly conversationType?: string;
  readonly redirectUrl?: string;
  readonly connectionId?: string;
  readonly crmObject?: readonly CrmObjectFlag[];
  readonly opportunityId?: string;
  readonly host?: string;
}

interface ParseFlags extends RuleFlags {
  readonly host?: readonly string[];
  readonly strict?: boolean;
}

type CrmObjectFlag = Readonly<Record<keyof CrmObject, string>>;

/** The command `link`, with `build` and `parse`. A link with issues ends the run with exit code 1. */
export function linkCommand(): Command {
  return new Command("link")
    .description("build a Siro recording link, or take one apart")
    .addCommand(buildCommand())
    .addCommand(parseCommand());
}

function buildCommand(): Command {
  const command = new Command("build")
    .description("build a recording link and print it")
    .option("--action <action>", RECORDING_ACTIONS.join(", "))
    .option("--title <text>", "title of the recording (start only)")
    .option("--conversation-type <uuid>", "conversation type of the organization (start only)")
    .option("--redirect-url <url>", "where the app goes after the action")
    .option("--connection-id <id>", "Siro's integrationConnectionId")
    .option("--crm-object <type:id>", "a CRM object, such as Lead:00Q…; repeatable", collectObject)
    .option("--opportunity-id <id>", "deprecated by Siro; use --crm-object")
    .option("--host <host>", "host of the link (default: app.siro.ai)");
  return withRuleFlags(command).action(runBuild);
}

function parseCommand(): Command {
  const command = new Command("parse")
    .description("take a recording link apart and say what is odd about it")
    .argument("<url>", "the link")
    .option("--strict", "refuse a link that breaks a rule of a build")
    .option("--host <host>", "a host to accept; repeatable (default: app.siro.ai)", collectText);
  return withRuleFlags(command).action(runParse);
}

function withRuleFlags(command: Command): Command {
  return command
    .option(
      "--whitelisted-scheme <scheme>",
      "a custom scheme Siro has whitelisted for redirects; repeatable",
      collectText,
    )
    .option("--allow-undocumented", "allow Engagement, and a conversation type on restart")
    .option("--no-normalize-ids", "keep 15-character Salesforce ids as they are")
    .option("--json", "print one JSON object");
}

function runBuild(flags: BuildFlags): void {
  const link = {
    action: flags.action,
    title: flags.title,
    conversationType: flags.conversationType,
    redirectUrl: flags.redirectUrl,
    integrationConnectionId: flags.connectionId,
    crmObjects: flags.crmObject,
    opportunityId: flags.opportunityId,
  };
  const outcome = buildRecordingLink(link, { host: flags.host, ...rulesOf(flags) });
  print(outcome, flags, outcome.kind === "built" ? outcome.url : "");
}

function runParse(url: string, flags: ParseFlags): void {
  const outcome = parseRecordingLink(url, {
    hosts: flags.host,
    strict: flags.strict,
    ...rulesOf(flags),
  });
  print(outcome, flags, outcome.kind === "refused" ? "" : linesOf(outcome));
}

function rulesOf({ whitelistedScheme, allowUndocumented, normalizeIds }: RuleFlags) {
  return { whitelistedSchemes: whitelistedScheme, allowUndocumented, normalizeIds };
}

type Printable = { readonly kind: string; readonly warnings: readonly LinkWarning[] } | RefusedLink;

function print(outcome: Printable, { json = false }: RuleFlags, text: string): void {
  const issues = "issues" in outcome ? outcome.issues : [];
  if (json) {
    process.stdout.write(`${JSON.stringify(outcome)}\n`);
  } else {
    process.stderr.write([...issues.map(issueLine), ...outcome.warnings.map(warningLine)].join(""));
    process.stdout.write(text === "" ? "" : `${text}\n`);
  }
  if (issues.length > 0) {
    throw new CommanderError(1, "siro-bridge.linkRefused", "the link was refused");
  }
}

function issueLine({ code, field, message }: LinkWarning): string {
  return `error ${code} (${printable(field)}): ${message}\n`;
}

function warningLine({ code, field, message }: LinkWarning): string {
  return `warning ${code} (${printable(field)}): ${message}\n`;
}

function linesOf({ kind, link, extra }: ParsedRecordingLink | ParsedLegacyAppLink): string {
  const fields = Object.entries(link).filter(([, value]) => value !== undefined);
  const extras = Object.entries(extra).map(([name, value]) => [`extra ${name}`, value] as const);
  return [["kind", kind] as const, ...fields, ...extras]
    .map(([name, value]) => `${printable(name)}: ${printable(JSON.stringify(value))}`)
    .join("\n");
}

// A link comes from outside; its text must not reach the terminal as control sequences.
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, (character) => {
    const hex = (character.codePointAt(0) ?? 0).toString(16);
    return `\\u{${hex}}`;
  });
}

function collectText(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function collectObject(
  value: string,
  before: readonly CrmObjectFlag[] = [],
): readonly CrmObjectFlag[] {
  const colon = value.indexOf(":");
  if (colon < 1) {
    throw new InvalidArgumentError("Write it as Type:Id, such as Lead:00Q5e00000AbCdE.");
  }
  return [...before, { objectType: value.slice(0, colon), objectId: value.slice(colon + 1) }];
}
