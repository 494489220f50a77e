import { z } from "zod";
import { canonicalRecordId } from "./crm-record-id.ts";

const refSchema = z.object({ externalId: z.string().min(1) });

/** More than hang on any recording; a list without end must not hold up everybody else. */
const MOST_REFS = 1_000;

/** One reference, a list of them, or nothing: the descriptions and the answers disagree about which. */
const refsSchema = z
  .unknown()
  .optional()
  .transform((value) => {
    const listed = Array.isArray(value) ? value.slice(0, MOST_REFS) : [value];
    return listed.flatMap((one) => refSchema.safeParse(one).data?.externalId ?? []);
  });

/**
 * What a recording hangs on, as Siro's webhooks and recordings say it: the ids are the CRM's own.
 *
 * Read leniently; references without an id of the CRM are passed over, and so are Siro's users.
 *
 * @see https://docs.siro.ai/webhooks.json
 */
export const siroCrmLinkSchema = z
  .object({
    integrationConnectionId: z.string().min(1).nullish(),
    engagement: refsSchema,
    opportunity: refsSchema,
    lead: refsSchema,
    account: refsSchema,
    contacts: refsSchema,
  })
  .transform(({ integrationConnectionId, ...refs }) => ({
    ...(integrationConnectionId == null ? {} : { integrationConnectionId }),
    recordIds: Object.values(refs).flat().map(canonicalRecordId),
  }));

/** The CRM's records that a recording hangs on, in the canonical form of their ids. */
export interface SiroCrmLink {
  readonly integrationConnectionId?: string;
  readonly recordIds: readonly string[];
}
