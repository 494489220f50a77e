import { z } from "zod";
import type { Config } from "../config.ts";
import { errorCode } from "../error-code.ts";

const TIMEOUT_MS = 10_000;

/** What the operators' API said: its body, or why there is none, in words. */
export type AdminAnswer =
  | { readonly kind: "done"; readonly body: unknown }
  | { readonly kind: "failed"; readonly reason: string };

/** What a call of the API is made with. */
export interface AdminCall {
  /** Without a slash at the end. */
  readonly baseUrl: string;
  readonly path: string;
  /** POST with this body; GET without one. */
  readonly body?: object;
}

const errorSchema = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

/**
 * Calls the operators' API of a running bridge: with `ADMIN_API_TOKEN` or, without one, signed in with the
 * operators' password of the same configuration.
 */
export async function callAdminApi(
  config: Pick<Config, "adminApiToken" | "adminPassword">,
  { baseUrl, path, body }: AdminCall,
): Promise<AdminAnswer> {
  try {
    const proof = await proofOf(config, baseUrl);
    if (proof === undefined) {
      return failed("set ADMIN_API_TOKEN, or the ADMIN_PASSWORD that the bridge was started with");
    }
    const reply = await call(`${baseUrl}/admin/api${path}`, body, proof);
    const answer: unknown = await reply.json();
    const refusal = errorSchema.safeParse(answer);
    if (reply.ok && !refusal.success) {
      return { kind: "done", body: answer };
    }
    return refusal.success
      ? failed(`${refusal.data.error.code}: ${refusal.data.error.message}`)
      : failed(`the answer was ${reply.status}`);
  } catch (error) {
    return failed(`no bridge answers at ${baseUrl} (${silenceOf(error)})`);
  }
}

async function proofOf(
  { adminApiToken, adminPassword }: Parameters<typeof callAdminApi>[0],
  baseUrl: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  if (adminApiToken !== undefined) {
    return { authorization: `Bearer ${adminApiToken}` };
  }
  if (adminPassword === undefined) {
    return undefined;
  }
  // The session's changes are taken from the bridge's own pages only; this is asked for at its own address.
  const { origin } = new URL(baseUrl);
  const reply = await call(`${baseUrl}/admin/login`, { password: adminPassword }, { origin });
  const cookie = reply.headers.get("set-cookie")?.split(";", 1)[0];
  return reply.ok && cookie !== undefined ? { origin, cookie } : undefined;
}

function call(
  url: string,
  body: object | undefined,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  return fetch(url, {
    headers: { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    redirect: "manual",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}

function failed(reason: string): AdminAnswer {
  return { kind: "failed", reason };
}

/** Messages of failed requests may quote the address; codes do not. */
function silenceOf(error: unknown): string {
  const cause = typeof error === "object" && error !== null && "cause" in error ? error.cause : {};
  return errorCode(cause) ?? "no connection";
}
