import { z } from "zod";
import type { CrmObject } from "../domain/crm-object.ts";
import type { AskSiro } from "./ask-siro.ts";
import { SiroAnswerError } from "./siro-errors.ts";

/** What a recording can be linked to, in Siro's words. */
type LinkedType = "ACCOUNT" | "LEAD" | "OPPORTUNITY" | "ENGAGEMENT" | "CONTACT";

/** Visits of Salesforce become engagements in Siro; that is our reading, nowhere written. */
const LINKED_TYPES: Readonly<Record<CrmObject["objectType"], LinkedType>> = {
  Lead: "LEAD",
  Account: "ACCOUNT",
  Contact: "CONTACT",
  Opportunity: "OPPORTUNITY",
  Event: "ENGAGEMENT",
  ServiceAppointment: "ENGAGEMENT",
};

/** Which recording is to hang on which record. */
export interface LinkOrder {
  readonly recordingId: string;
  readonly integrationConnectionId: string;
  readonly target: CrmObject;
}

const linkedSchema = z.object({ data: z.looseObject({}) });

/**
 * Links a recording to one record of the CRM; Siro may drop earlier links where it sees a need.
 *
 * Prefer the visit itself, which carries its relations: a second link can take the place of the first. Asked
 * with a writing token of a user. Unproven: which refusals are final.
 *
 * @throws {BridgeError} by what Siro answers; see `askSiro`. A 200 without the link is a failure, too.
 * @see https://docs.siro.ai/specs/openapi-internalApi.json
 */
export async function linkRecording(
  askAsUser: AskSiro,
  connection: string,
  { recordingId, integrationConnectionId, target }: LinkOrder,
): Promise<void> {
  const answer = await askAsUser({
    method: "PUT",
    path: `/core/recordings/${encodeURIComponent(recordingId)}/link`,
    body: {
      externalId: target.objectId,
      integrationConnectionId,
      dataType: LINKED_TYPES[target.objectType],
      trigger: "EXTERNAL_API_LINK",
    },
  });
  if (!linkedSchema.safeParse(answer).success) {
    throw new SiroAnswerError(connection, { detail: "no link where one was asked for" });
  }
}

/**
 * Gives a recording its title, which a `restart` link cannot carry.
 *
 * Asked with a writing token of a user.
 *
 * @throws {BridgeError} by what Siro answers; see `askSiro`.
 * @see https://docs.siro.ai/specs/openapi-internalApi.json
 */
export async function titleRecording(
  askAsUser: AskSiro,
  recordingId: string,
  title: string,
): Promise<void> {
  await askAsUser({ method: "PATCH", path: "/core/recordings", body: { id: recordingId, title } });
}
