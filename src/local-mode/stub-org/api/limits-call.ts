import type { ApiReply } from "./api-call.ts";
import type { OrgWorld } from "./org-world.ts";

/** `GET /limits`. */
export function limitsCall({ usage: { used, limit } }: OrgWorld): ApiReply {
  return {
    status: 200,
    body: {
      DailyApiRequests: { Max: limit, Remaining: Math.max(0, limit - used) },
      DailyBulkApiBatches: { Max: 15_000, Remaining: 15_000 },
      HourlyTimeBasedWorkflow: { Max: 1000, Remaining: 1000 },
    },
  };
}
