import { z } from "zod";
import type { OrgReply } from "./org-call.ts";
import { OrgAccessError, OrgUnavailableError } from "./org-errors.ts";
import { readJson, retryAfterMsOf } from "./read-reply.ts";

const failureSchema = z.object({
  error: z.string().regex(/^[\w.-]{1,60}$/),
  error_description: z.string().default(""),
});

/** Signing in fails for now, not for good. */
const PASSING_FAILURE = /server_error|unavailable|rate exceeded|try again/i;

/** Salesforce's own explanations; a text with other characters could name a person. */
const HARMLESS_TEXT = /^[a-z0-9 ,.'/-]{1,100}$/i;

/** Says why the token endpoint gave no token, as an error that quotes nothing but Salesforce's own words. */
export function signInFailure(org: string, reply: OrgReply): OrgAccessError | OrgUnavailableError {
  const failure = refusalOf(reply);
  if (
    failure === undefined ||
    PASSING_FAILURE.test(`${failure.error} ${failure.error_description}`)
  ) {
    return new OrgUnavailableError(org, {
      detail: `sign-in was answered with ${reply.statusCode}`,
      retryAfterMs: retryAfterMsOf(reply),
    });
  }
  const { error, error_description: text } = failure;
  const detail = HARMLESS_TEXT.test(text) ? `${error} (${text})` : error;
  return new OrgAccessError(org, { detail: `sign-in: ${detail}` });
}

/** Salesforce knows the app, and not this code: used, too old, or from another sign-in. */
const CODE_REFUSED = /authorization code|code verifier/i;

/**
 * Says whether it is the code or the user that was refused; undefined when it is anything else.
 *
 * @see https://help.salesforce.com/s/articleView?id=sf.remoteaccess_oauth_flow_errors.htm
 */
export function signInRefusal(reply: OrgReply): "stale" | "inactive" | undefined {
  const { error, error_description: text } = refusalOf(reply) ?? {};
  if (error === "inactive_user") {
    return "inactive";
  }
  return error === "invalid_grant" && CODE_REFUSED.test(text ?? "") ? "stale" : undefined;
}

function refusalOf(reply: OrgReply): z.infer<typeof failureSchema> | undefined {
  const failure = failureSchema.safeParse(readJson(reply));
  const isRefused = reply.statusCode >= 400 && reply.statusCode < 500 && failure.success;
  return isRefused ? failure.data : undefined;
}
