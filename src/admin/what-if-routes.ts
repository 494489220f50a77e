import type { Request } from "express";
import { z } from "zod";
import { parseInput } from "../http/parse-input.ts";
import { type AdminApiDeps, namedConnection } from "./admin-api.ts";
import type { AdminReply, AdminRoute } from "./admin-route.ts";
import { rulesReply, whatIfReply } from "./replies/connection-replies.ts";
import {
  changeRules,
  ruleChangesSchema,
  rulesOf,
  settingsToWrite,
} from "./what-if/change-rules.ts";
import { presentComparison } from "./what-if/present-comparison.ts";
import { runWhatIf, type WhatIfDeps } from "./what-if/run-what-if.ts";

const bodySchema = z.strictObject({
  changes: ruleChangesSchema,
  last: z.int().min(1).max(200).default(50),
});

const PATH = "/connections/:connection/what-if";

/** The rules of a connection, and what others would have made of its last appointments; nothing is changed. */
export function whatIfRoutes(
  deps: WhatIfDeps & Pick<AdminApiDeps, "connections">,
): readonly AdminRoute[] {
  return [
    {
      method: "get",
      path: PATH,
      describes: { summary: "The rules of a connection", replies: { 200: rulesReply } },
      handle: async ({ params }) => {
        const connection = namedConnection(deps, params["connection"]);
        const hasSalesforce = connection.salesforce !== undefined;
        const { name } = connection;
        return {
          status: 200,
          body: { connection: name, hasSalesforce, rules: rulesOf(connection) },
        };
      },
    },
    {
      method: "post",
      path: PATH,
      describes: {
        summary: "What other rules would have made of the last appointments",
        body: bodySchema,
        replies: { 200: whatIfReply },
      },
      role: "operator",
      readsOnly: true,
      handle: (request) => compare(deps, request),
    },
  ];
}

async function compare(
  deps: WhatIfDeps & Pick<AdminApiDeps, "connections">,
  { params, body }: Request,
): Promise<AdminReply> {
  const before = namedConnection(deps, params["connection"]);
  const { changes, last } = parseInput(bodySchema, body);
  const rules = { before, after: changeRules(before, changes) };
  const outcome = await runWhatIf(deps, rules, last);
  return {
    status: 200,
    body: {
      connection: before.name,
      asked: last,
      settings: settingsToWrite(before, rules.after),
      ...presentComparison(rules, outcome),
    },
  };
}
