import { setTimeout as sleep } from "node:timers/promises";
import { judgeReply } from "./judge-reply.ts";
import { callSiro, NoSiroReplyError, type SiroCall, type SiroReply } from "./siro-call.ts";
import type { SiroCredentials, SiroProof } from "./siro-credentials.ts";
import { SiroLimitError, SiroUnavailableError } from "./siro-errors.ts";

/** Blocked without it: Cloudflare in front of Siro refuses the names of common libraries. */
const USER_AGENT = "siro-bridge";
/** What can wait does so for its turn, but not through a pause. */
const PATIENCE_MS = 5_000;

/** Whether something has to be known now, or can wait: the latter never uses up what the former needs. */
export type SiroUrgency = "soon" | "later";

/** Counts the requests of a token over all workers. */
export interface SiroBudget {
  /** Takes one request; 0 when it may go out, else how long to wait for the next chance. */
  readonly take: (countedAs: string, urgency: SiroUrgency) => Promise<number>;
  /** Lets nobody take one for a while. */
  readonly pause: (countedAs: string, forMs: number) => Promise<void>;
}

/** What asking Siro needs. */
export interface AskSiroDeps {
  /** The name of the connection; it stands in errors. */
  readonly connection: string;
  readonly baseUrl: string;
  readonly credentials: SiroCredentials;
  readonly budget: SiroBudget;
  readonly urgency: SiroUrgency;
  readonly timeoutMs: number;
}

/** What is asked; where and as whom is decided elsewhere. */
export type SiroQuestion = Pick<SiroCall, "method" | "path" | "query" | "body">;

/** Asks one question and gives the body of a successful answer, as JSON of any shape. */
export type AskSiro = (question: SiroQuestion) => Promise<unknown>;

/**
 * Asks Siro once; a refused proof that can be renewed is renewed, and asked with once more.
 *
 * @throws {SiroLimitError} when the token's minute is used up; nothing was sent then.
 * @throws {SiroUnavailableError | SiroAccessError | SiroRequestError | SiroAnswerError} by what Siro answers.
 */
export async function askSiro(deps: AskSiroDeps, question: SiroQuestion): Promise<unknown> {
  const proof = await deps.credentials.current();
  const reply = await askAs(deps, proof, question);
  if (reply.status !== 401 || !deps.credentials.drop(proof)) {
    return settle(deps, proof, reply);
  }
  const renewed = await deps.credentials.current();
  return settle(deps, renewed, await askAs(deps, renewed, question));
}

async function askAs(
  deps: AskSiroDeps,
  { headers, countedAs }: SiroProof,
  question: SiroQuestion,
): Promise<SiroReply> {
  const { connection, baseUrl, timeoutMs } = deps;
  await takeTurn(deps, countedAs);
  try {
    const named = { ...headers, accept: "application/json", "user-agent": USER_AGENT };
    return await callSiro({ ...question, baseUrl, headers: named, timeoutMs });
  } catch (error) {
    const detail = error instanceof NoSiroReplyError ? error.message : "no answer";
    throw new SiroUnavailableError(connection, { detail, cause: error });
  }
}

async function takeTurn(
  { connection, budget, urgency }: AskSiroDeps,
  countedAs: string,
): Promise<void> {
  const mostMs = urgency === "later" ? PATIENCE_MS : 0;
  let waitedMs = 0;
  for (;;) {
    const waitMs = await budget.take(countedAs, urgency);
    if (waitMs === 0) {
      return;
    }
    waitedMs += waitMs;
    if (waitedMs > mostMs) {
      const detail = "the requests of this minute are used up";
      throw new SiroLimitError(connection, { detail, retryAfterMs: waitMs });
    }
    await sleep(waitMs);
  }
}

async function settle(
  { connection, budget }: AskSiroDeps,
  { countedAs }: SiroProof,
  reply: SiroReply,
): Promise<unknown> {
  const judged = judgeReply(connection, reply);
  if (judged.kind === "answered") {
    return judged.body;
  }
  if (judged.error instanceof SiroLimitError) {
    await budget.pause(countedAs, judged.error.retryAfterMs);
  }
  throw judged.error;
}
