import { z } from "zod";
import type { Answer, Question } from "./ask-org.ts";
import { judgeRefusal } from "./judge-refusal.ts";
import type { CustomNotification, NotificationOutcome } from "./org.ts";
import { API_VERSION } from "./org-call.ts";
import { OrgUnavailableError, QueryRefusedError } from "./org-errors.ts";
import { readRefusal } from "./read-reply.ts";

const DATA_PATH = `/services/data/v${API_VERSION}`;
const DEVELOPER_NAME = /^\w+$/;

/** What sending needs. */
export interface CustomNotificationDeps {
  readonly org: string;
  readonly ask: (question: Question) => Promise<Answer>;
  /** Ids of notification types by developer name, as found so far. */
  readonly typeIds: Map<string, string>;
}

const typesSchema = z.object({ records: z.array(z.object({ Id: z.string() })) });

const resultsSchema = z
  .array(
    z.object({
      isSuccess: z.boolean(),
      errors: z
        .array(z.object({ statusCode: z.string(), message: z.string().default("") }))
        .nullish(),
    }),
  )
  .length(1);

/**
 * Sends one custom notification; one call, and one more to find the type's id the first time.
 *
 * Salesforce delivers as well as it can and tells nothing of it; an inactive user gets nothing.
 *
 * @throws {OrgUnavailableError | ApiLimitError | OrgAccessError | QueryRefusedError} when the org could not be asked.
 * @see https://developer.salesforce.com/docs/platform/api-action/guide/actions-obj-custom-notification.html
 */
export async function sendCustomNotification(
  deps: CustomNotificationDeps,
  notification: CustomNotification,
): Promise<NotificationOutcome> {
  const { typeDeveloperName } = notification;
  const known = deps.typeIds.get(typeDeveloperName);
  const typeId = known ?? (await findType(deps, typeDeveloperName));
  if (typeId === undefined) {
    return { kind: "unknown-type" };
  }
  deps.typeIds.set(typeDeveloperName, typeId);
  const outcome = readOutcome(deps.org, await deps.ask(actionCall(notification, typeId)));
  if (outcome.kind !== "unknown-type") {
    return outcome;
  }
  // The type was deleted, and perhaps made again: then it has another id.
  deps.typeIds.delete(typeDeveloperName);
  return known === undefined ? outcome : sendCustomNotification(deps, notification);
}

/** Setup objects are hidden from a restricted user's queries, but not from the tooling API. */
async function findType(
  { org, ask }: CustomNotificationDeps,
  developerName: string,
): Promise<string | undefined> {
  if (!DEVELOPER_NAME.test(developerName)) {
    throw new RangeError("A developer name has letters, digits and _ alone");
  }
  const soql = `SELECT Id FROM CustomNotificationType WHERE DeveloperName = '${developerName}'`;
  const path = `${DATA_PATH}/tooling/query?q=${encodeURIComponent(soql)}`;
  const answer = await ask({ method: "GET", path });
  const { data } = typesSchema.safeParse(answer.kind === "answered" ? answer.body : undefined);
  if (data === undefined) {
    throw new OrgUnavailableError(org, { detail: "its answer to a query has an unknown shape" });
  }
  return data.records[0]?.Id;
}

function actionCall(
  { recipientId, title, body, targetId }: CustomNotification,
  customNotifTypeId: string,
): Question {
  const input = { customNotifTypeId, recipientIds: [recipientId], title, body, targetId };
  return {
    method: "POST",
    path: `${DATA_PATH}/actions/standard/customNotificationAction`,
    body: { type: "application/json", text: JSON.stringify({ inputs: [input] }) },
    // Refused inputs are answered with 400 and one result each.
    readsStatus: 400,
  };
}

function readOutcome(org: string, answer: Answer): NotificationOutcome {
  const body = answer.kind === "answered" ? answer.body : undefined;
  const result = resultsSchema.safeParse(body).data?.[0];
  if (result !== undefined) {
    return result.isSuccess ? { kind: "sent" } : refusedInput(org, result.errors?.[0]);
  }
  if (answer.kind === "not-found" || !Array.isArray(body)) {
    throw new OrgUnavailableError(org, { detail: "its answer to an action has an unknown shape" });
  }
  const refusal = readRefusal(400, body);
  // So it answers a user without the right to send: as if there were no such action.
  return /CUSTOM_NOTIFICATION_ACTION/.test(refusal.message)
    ? { kind: "not-allowed" }
    : { kind: "refused", code: refusal.code };
}

/** Salesforce's own word for a refusal that it does not explain. */
const NO_REASON = { statusCode: "UNKNOWN_EXCEPTION", message: "" };

function refusedInput(
  org: string,
  error: { readonly statusCode: string; readonly message: string } | undefined,
): NotificationOutcome {
  const { statusCode: code, message } = error ?? NO_REASON;
  const [, parameter] = /Invalid parameter value for: (\w+)/.exec(message) ?? [];
  if (parameter === "customNotifTypeId") {
    return { kind: "unknown-type" };
  }
  if (parameter === "recipientIds") {
    return { kind: "unknown-recipient" };
  }
  const judged = judgeRefusal(org, { status: 400, code, message });
  if (judged.retry === "later") {
    throw judged;
  }
  return { kind: "refused", code: judged instanceof QueryRefusedError ? code : judged.code };
}
