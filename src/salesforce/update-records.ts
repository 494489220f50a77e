import { z } from "zod";
import type { Answer, Question } from "./ask-org.ts";
import { judgeRefusal } from "./judge-refusal.ts";
import { RECORDS_PER_UPDATE, type RecordUpdate, type UpdateOutcome } from "./org.ts";
import { API_VERSION } from "./org-call.ts";
import { OrgUnavailableError } from "./org-errors.ts";

/** Salesforce's own word for a refusal that it does not explain. */
const NO_CODE = "UNKNOWN_EXCEPTION";

const resultsSchema = z.array(
  z.object({
    success: z.boolean(),
    errors: z
      .array(z.object({ statusCode: z.string(), message: z.string().default("") }))
      .default([]),
  }),
);

/**
 * Packs updates into one request; each record stands for itself.
 *
 * @see https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections_update.htm
 */
export function updateCall(records: readonly RecordUpdate[]): Question {
  if (records.length > RECORDS_PER_UPDATE) {
    throw new RangeError(`An update holds ${RECORDS_PER_UPDATE} records, not ${records.length}`);
  }
  const text = JSON.stringify({
    allOrNone: false,
    records: records.map(({ type, id, fields }) => ({ ...fields, attributes: { type }, id })),
  });
  return {
    method: "PATCH",
    path: `/services/data/v${API_VERSION}/composite/sobjects`,
    body: { type: "application/json", text },
  };
}

/**
 * Takes the results apart, in the order of the records.
 *
 * @throws {OrgUnavailableError} when there are more or fewer results than records, or they have another shape.
 */
export function readUpdates(org: string, answer: Answer, count: number): readonly UpdateOutcome[] {
  const { data } = resultsSchema.safeParse(answer.kind === "answered" ? answer.body : undefined);
  if (data?.length !== count) {
    throw new OrgUnavailableError(org, { detail: "its answer to an update has an unknown shape" });
  }
  return data.map(({ success, errors: [first] }) => {
    if (success) {
      return { kind: "ok" };
    }
    const code = first?.statusCode ?? NO_CODE;
    const refusal = { status: 400, code, message: first?.message ?? "" };
    return { kind: "refused", code, retry: judgeRefusal(org, refusal).retry };
  });
}
