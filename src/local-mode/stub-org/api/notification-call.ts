import { z } from "zod";
import type { ApiCall, ApiReply } from "./api-call.ts";
import { badRequest } from "./api-refusal.ts";
import type { OrgWorld } from "./org-world.ts";

const ACTION = "customNotificationAction";
const MAX_RECIPIENTS = 500;
const RECIPIENTS = new Set(["Account", "Group", "Opportunity", "User"]);

const inputSchema = z.object({
  customNotifTypeId: z.string(),
  recipientIds: z.array(z.string()).min(1).max(MAX_RECIPIENTS),
  title: z.string().min(1).max(250),
  body: z.string().min(1).max(750),
  targetId: z.string().optional(),
  targetPageRef: z.unknown().optional(),
});
const bodySchema = z.object({ inputs: z.array(z.unknown()).min(1) });
type Input = z.infer<typeof inputSchema>;

/** `POST /actions/standard/customNotificationAction`: what is accepted lands in the org's list. */
export function notificationCall(world: OrgWorld, call: ApiCall): ApiReply {
  const body = bodySchema.safeParse(call.body);
  if (!body.success) {
    throw badRequest("JSON_PARSER_ERROR", z.prettifyError(body.error));
  }
  if (!world.canSendNotifications) {
    throw badRequest("INVALID_INPUT", "Unsupported action type: CUSTOM_NOTIFICATION_ACTION");
  }
  const results = body.data.inputs.map((input) => send(world, input));
  return { status: results.every(({ isSuccess }) => isSuccess) ? 200 : 400, body: results };
}

function send(world: OrgWorld, input: unknown) {
  const parsed = inputSchema.safeParse(input);
  const problem = parsed.success ? problemOf(world, parsed.data) : firstField(parsed.error);
  if (!parsed.success || problem !== undefined) {
    const message = `Invalid parameter value for: ${problem}`;
    const errors = [{ statusCode: "INVALID_API_INPUT", message, fields: [] }];
    return { actionName: ACTION, errors, isSuccess: false, outputValues: null };
  }
  const { customNotifTypeId, recipientIds, title, body, targetId = null } = parsed.data;
  world.notifications.push({ customNotifTypeId, recipientIds, title, body, targetId });
  const outputValues = { SuccessMessage: "Your custom notification is processed successfully." };
  return { actionName: ACTION, errors: null, isSuccess: true, outputValues };
}

function problemOf({ store }: OrgWorld, input: Input): string | undefined {
  if (store.typeOf(input.customNotifTypeId) !== "CustomNotificationType") {
    return "customNotifTypeId";
  }
  if (!input.recipientIds.every((id) => isRecipient(store, id))) {
    return "recipientIds";
  }
  if (input.targetId === undefined && input.targetPageRef === undefined) {
    return "targetId";
  }
  return JSON.stringify(input.targetPageRef ?? "").includes("standard__webPage")
    ? "targetPageRef"
    : undefined;
}

/** A user, or something that stands for several; an inactive user is taken and gets nothing. */
function isRecipient(store: OrgWorld["store"], id: string): boolean {
  return RECIPIENTS.has(store.typeOf(id) ?? "") && store.get(id) !== undefined;
}

function firstField(error: z.ZodError): string {
  return String(error.issues[0]?.path[0] ?? "inputs");
}
