import { randomBytes } from "node:crypto";
import { jsonReply, type WireReply } from "../../stub-org/wire/wire-reply.ts";
import { errorReply, textOf } from "../api/api-call.ts";
import type { SiroWorld } from "../siro-world.ts";

/** Users' tokens live for 16 hours. @see https://docs.siro.ai/api-references */
const LIFE_MS = 16 * 3_600_000;
const MINUTE_MS = 60_000;

/** The app that makes users' tokens. */
export interface StubUserApp {
  readonly clientId: string;
  readonly clientSecret: string;
}

/** Who a request comes from, the organization where it is no user; or how it is refused. */
export type Caller =
  | { readonly kind: "known"; readonly userId: string | undefined }
  | { readonly kind: "refused"; readonly reply: WireReply };

interface UserToken {
  readonly userId: string;
  readonly scope: string;
  readonly untilMs: number;
}

/** What the tokens of a Siro are made of. */
export interface TokensDeps {
  readonly world: SiroWorld;
  readonly apiToken: string;
  readonly userApp: StubUserApp;
  readonly requestsPerMinute: number;
}

/** The tokens of a Siro, and how often each was used in the last minute. */
export class SiroTokens {
  readonly #deps: TokensDeps;
  readonly #users = new Map<string, UserToken>();
  readonly #used = new Map<string, number[]>();

  constructor(deps: TokensDeps) {
    this.#deps = deps;
  }

  /** Makes every user's token worthless. */
  revokeUsers(): void {
    this.#users.clear();
  }

  /** `POST …/oauth/apps/{clientId}/access-token`. */
  mint(clientId: string, body: unknown): WireReply {
    const { userApp, world } = this.#deps;
    const userId = textOf(body, "userId") ?? "";
    if (clientId !== userApp.clientId || textOf(body, "clientSecret") !== userApp.clientSecret) {
      return errorReply(401, "Unauthorized");
    }
    if (!world.users.has(userId)) {
      return errorReply(404, "User not found");
    }
    const accessToken = randomBytes(24).toString("base64url");
    const scope = textOf(body, "scope") ?? "read";
    this.#users.set(accessToken, { userId, scope, untilMs: world.nowMs() + LIFE_MS });
    return jsonReply(201, { accessTokenId: "access-token-1", accessToken });
  }

  /** Says who calls; the limit counts what was refused for other reasons, too. */
  callerOf(token: string, kind: "organization" | "user", method: string): Caller {
    if (this.#isOverLimit(token)) {
      return { kind: "refused", reply: errorReply(429, "Too many requests") };
    }
    if (kind === "organization" && token === this.#deps.apiToken) {
      return { kind: "known", userId: undefined };
    }
    const known = this.#users.get(token);
    if (kind !== "user" || known === undefined || known.untilMs <= this.#deps.world.nowMs()) {
      return { kind: "refused", reply: errorReply(401, "Unauthorized") };
    }
    return known.scope === "read" && method !== "GET"
      ? { kind: "refused", reply: errorReply(403, "Forbidden") }
      : { kind: "known", userId: known.userId };
  }

  #isOverLimit(token: string): boolean {
    const nowMs = this.#deps.world.nowMs();
    const recent = (this.#used.get(token) ?? []).filter((atMs) => nowMs - atMs < MINUTE_MS);
    this.#used.set(token, [...recent, nowMs]);
    return recent.length >= this.#deps.requestsPerMinute;
  }
}
