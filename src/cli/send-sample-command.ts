import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { callHttp } from "../doctor/call-http.ts";
import { jsonSample, proofHeaders, SAMPLE_REP } from "../doctor/json-sample.ts";
import { judgeJsonAnswer, judgeSoapAnswer, type SampleVerdict } from "../doctor/judge-answer.ts";
import { drawNonce } from "../doctor/sample-ids.ts";
import { PER_MESSAGE, soapSample } from "../doctor/soap-sample.ts";
import type { Connection } from "../domain/connection.ts";
import { readUrl } from "./ask-bridge.ts";
import { findConnection } from "./connections-command.ts";
import { readLiveSettings } from "./read-live-settings.ts";

const MOST = 1000;

interface SampleFlags {
  readonly type: "json" | "soap";
  readonly count: number;
  readonly startsIn: number;
  readonly lasts: number;
  readonly url?: string;
  readonly json?: boolean;
}

interface Target {
  readonly connection: Connection;
  /** Without a slash at the end. */
  readonly baseUrl: string;
}

/** One request: how many samples, beginning with which. */
interface Batch {
  readonly nonce: string;
  readonly from: number;
  readonly count: number;
}

/** The command `send-sample`. A sample that is not taken ends the run with exit code 1. */
export function sendSampleCommand(): Command {
  return new Command("send-sample")
    .description("send invented events to the bridge's own endpoint and print what it says")
    .argument("<connection>", "the name of the connection")
    .addOption(
      new Option("--type <type>", "json: visits of an invented rep; soap: an outbound message")
        .choices(["json", "soap"])
        .default("json"),
    )
    .option(
      "--count <n>",
      `how many, 1 to ${MOST}; ${PER_MESSAGE} go into one request`,
      readCount,
      1,
    )
    .option("--starts-in <seconds>", "when the visits begin (json only)", readSeconds, 10)
    .option("--lasts <seconds>", "how long the visits last (json only)", readDuration, 300)
    .option("--url <url>", "base URL of the bridge (default: PUBLIC_URL or this machine)", readUrl)
    .option("--json", "print one JSON object")
    .action(runSample);
}

async function runSample(name: string, flags: SampleFlags, command: Command): Promise<void> {
  const reading = await readLiveSettings();
  if (reading.kind === "refused") {
    const problems = reading.problems.map((problem) => `  - ${problem}\n`).join("");
    process.stderr.write(`The configuration cannot be used:\n${problems}`);
    throw new CommanderError(1, "siro-bridge.configurationRefused", "no configuration");
  }
  const connection = findConnection(reading.config, name, command);
  const secrets = flags.type === "soap" ? [] : connection.signingSecrets;
  if (secrets.length + connection.webhookSecrets.length === 0) {
    command.error(`error: ${name} has no webhookSecrets, which --type soap needs`);
  }
  const baseUrl = (flags.url ?? reading.config.publicUrl.toString()).replace(/\/+$/, "");
  const verdicts = await sendAll({ connection, baseUrl }, flags);
  print(verdicts, flags);
}

async function sendAll(target: Target, flags: SampleFlags): Promise<readonly SampleVerdict[]> {
  const nonce = drawNonce();
  const verdicts: SampleVerdict[] = [];
  for (let from = 0; from < flags.count; from += PER_MESSAGE) {
    const batch = { nonce, from, count: Math.min(PER_MESSAGE, flags.count - from) };
    const verdict = await (flags.type === "soap"
      ? sendSoap(target, batch)
      : sendJson(target, batch, flags));
    verdicts.push(verdict);
    if (verdict.kind === "refused") {
      break;
    }
  }
  return verdicts;
}

async function sendSoap({ connection, baseUrl }: Target, batch: Batch): Promise<SampleVerdict> {
  const { name, organizationId, webhookSecrets } = connection;
  const secret = encodeURIComponent(webhookSecrets[0] ?? "");
  const answer = await callHttp(`${baseUrl}/webhooks/salesforce/${name}/${secret}`, {
    headers: { "content-type": "text/xml; charset=utf-8", soapaction: '""' },
    body: soapSample({ organizationId, ...batch }),
  });
  const verdict = judgeSoapAnswer(answer);
  return verdict.kind === "taken" ? { ...verdict, accepted: batch.count } : verdict;
}

async function sendJson(
  { connection, baseUrl }: Target,
  batch: Batch,
  { startsIn, lasts }: SampleFlags,
): Promise<SampleVerdict> {
  const nowMs = Date.now();
  const body = jsonSample({ ...batch, startsInSeconds: startsIn, lastsSeconds: lasts }, nowMs);
  const id = `msg_sample_${batch.nonce}_${batch.from}`;
  const answer = await callHttp(`${baseUrl}/webhooks/events/${connection.name}`, {
    headers: {
      "content-type": "application/json",
      ...proofHeaders(connection, { body, id, nowMs }),
    },
    body,
  });
  return judgeJsonAnswer(answer);
}

function print(verdicts: readonly SampleVerdict[], flags: SampleFlags): void {
  const refused = verdicts.find((verdict) => verdict.kind === "refused");
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify({ ok: refused === undefined, answers: verdicts })}\n`);
  } else {
    process.stdout.write(takenLine(verdicts, flags));
    process.stderr.write(
      refused === undefined
        ? ""
        : `✗ Not taken: ${refused.message}\n  → ${refused.whatToDo ?? "See docs/failures.md"}\n`,
    );
  }
  if (refused !== undefined) {
    throw new CommanderError(1, "siro-bridge.sampleRefused", "the sample was not taken");
  }
}

function takenLine(verdicts: readonly SampleVerdict[], { type, lasts }: SampleFlags): string {
  const taken = verdicts.flatMap((verdict) => (verdict.kind === "taken" ? [verdict] : []));
  if (taken.length === 0) {
    return "";
  }
  const accepted = taken.reduce((sum, verdict) => sum + (verdict.accepted ?? 0), 0);
  if (type === "soap") {
    return `✓ Acknowledged: ${accepted} notification(s) in ${taken.length} message(s) are durable. They tell of Events that do not exist, so nothing comes of them.\n`;
  }
  const duplicates = taken.reduce((sum, verdict) => sum + (verdict.duplicates ?? 0), 0);
  return `✓ Accepted: ${accepted} new, ${duplicates} known before. The visits of ${SAMPLE_REP.name} (user ${SAMPLE_REP.userId}) last ${lasts} s; enrol a device for this rep in /admin to get their prompts.\n`;
}

function readCount(text: string): number {
  const value = readWhole(text);
  if (value < 1 || value > MOST) {
    throw new InvalidArgumentError(`It must be 1 to ${MOST}.`);
  }
  return value;
}

function readSeconds(text: string): number {
  const value = readWhole(text);
  if (value > 86_400) {
    throw new InvalidArgumentError("It must be at most 86400 seconds.");
  }
  return value;
}

function readDuration(text: string): number {
  const value = readSeconds(text);
  if (value === 0) {
    throw new InvalidArgumentError("It must be at least 1 second.");
  }
  return value;
}

function readWhole(text: string): number {
  if (!/^\d{1,6}$/.test(text)) {
    throw new InvalidArgumentError("It must be a whole number.");
  }
  return Number(text);
}
