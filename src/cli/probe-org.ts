import { z } from "zod";
import { callHttp } from "../doctor/call-http.ts";
import type { OrgUnderCheck } from "../doctor/org-under-check.ts";
import type { Connection } from "../domain/connection.ts";
import { openOrg } from "../salesforce/open-org.ts";

const organizationSchema = z.object({ Id: z.string() });

/** Opens the org of a connection for the checks, with the very code that reads its records. */
export function probeOrg(connection: Connection): OrgUnderCheck {
  const org = openOrg(connection);
  return {
    readOrganizationId: async () => {
      const [answer] = await org.composite([{ soql: "SELECT Id FROM Organization LIMIT 1" }]);
      const rows = answer?.kind === "rows" ? answer.rows : [];
      return organizationSchema.safeParse(rows[0]).data?.Id;
    },
    describe: (type) => org.shape.describe(type),
    usage: org.usage,
    readDate: () =>
      callHttp(new URL("/services/data", connection.salesforce?.instanceUrl).toString()),
  };
}
