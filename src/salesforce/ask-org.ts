import type { CallPause } from "./call-pause.ts";
import { judgeRefusal } from "./judge-refusal.ts";
import type { LimitWatch } from "./limit-watch.ts";
import { callOrg, NoReplyError, noReplyText, type OrgCall, type OrgReply } from "./org-call.ts";
import { OrgUnavailableError } from "./org-errors.ts";
import type { SessionSource } from "./org-session.ts";
import { readJson, readRefusal, retryAfterMsOf } from "./read-reply.ts";
import type { Session } from "./sign-in.ts";

/** What asking an org needs. */
export interface AskDeps {
  readonly org: string;
  readonly sessions: SessionSource;
  readonly limits: LimitWatch;
  /** Hears of every call; it stands in the way of none. */
  readonly pause: Pick<CallPause, "watch">;
  readonly timeoutMs: number;
}

/** What is asked; where and as whom is the session's business. */
export interface Question extends Pick<OrgCall, "method" | "path" | "body"> {
  /** A refusal with this status is an answer, too: its body says more than an error code. */
  readonly readsStatus?: number;
}

/** What was answered: the body, as JSON, of a request that was fulfilled; or that there is no such thing. */
export type Answer =
  | { readonly kind: "answered"; readonly body: unknown }
  | { readonly kind: "not-found" };

/** 401s with these texts mean the app, not the session; another sign-in would not help. */
const NOT_EXPIRED = /session is not valid for use with|connected app is not attached/i;

/**
 * Asks in the shared session; a refused session or a moved instance is renewed and asked once more.
 *
 * @throws {OrgUnavailableError | ApiLimitError | OrgAccessError | QueryRefusedError} by what the org answers.
 */
export function askOrg(deps: AskDeps, question: Question): Promise<Answer> {
  return deps.pause.watch(() => ask(deps, question));
}

async function ask(deps: AskDeps, question: Question): Promise<Answer> {
  const session = await deps.sessions.current();
  const reply = await askIn(deps, session, question);
  if (!isSessionRefused(reply)) {
    return judge(deps.org, reply, question);
  }
  const renewed = await deps.sessions.renew(session);
  const second = await askIn(deps, renewed, question);
  if (isSessionRefused(second)) {
    throw new OrgUnavailableError(deps.org, {
      detail: "it refuses a session that it has just given",
    });
  }
  return judge(deps.org, second, question);
}

async function askIn(deps: AskDeps, session: Session, question: Question): Promise<OrgReply> {
  try {
    const reply = await callOrg({ ...session, ...question, timeoutMs: deps.timeoutMs });
    deps.limits.note(reply.headers["sforce-limit-info"]);
    return reply;
  } catch (error) {
    if (error instanceof NoReplyError && error.kind === "unreachable") {
      deps.sessions.forget(session);
    }
    throw new OrgUnavailableError(deps.org, { detail: noReplyText(error), cause: error });
  }
}

/** A redirect means that the org lives on another instance now; signing in tells which. */
function isSessionRefused({ statusCode, body }: OrgReply): boolean {
  return (statusCode === 401 && !NOT_EXPIRED.test(body)) || (statusCode >= 300 && statusCode < 400);
}

function judge(org: string, reply: OrgReply, { readsStatus }: Question): Answer {
  const body = readJson(reply);
  if (reply.statusCode >= 400 && reply.statusCode !== readsStatus) {
    const refusal = readRefusal(reply.statusCode, body);
    if (reply.statusCode === 404 && refusal.code === "NOT_FOUND") {
      return { kind: "not-found" };
    }
    throw judgeRefusal(org, { ...refusal, retryAfterMs: retryAfterMsOf(reply) });
  }
  if (body === undefined) {
    throw new OrgUnavailableError(org, { detail: `it answered ${reply.statusCode} with no JSON` });
  }
  return { kind: "answered", body };
}
