import { z } from "zod";
import { startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { idOf } from "../../src/local-mode/stub-org/store/record.ts";
import { VISITS_PER_REP } from "../days-visits.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const requestSchema = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("open"), appointments: z.int().max(20_000) }),
  z.object({ kind: z.literal("forget") }),
  z.object({ kind: z.literal("calls") }),
]);

/** An org on this machine, and its appointments. */
export const openedOrgSchema = z.object({
  url: z.string(),
  organizationId: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
  recordIds: z.array(z.string()),
});

/** The calls since they were forgotten last: those that read records, and all that count against the day's limit. */
export const orgCallsSchema = z.object({ composites: z.int(), all: z.int() });

type Org = Awaited<ReturnType<typeof startStubOrg>>;

let org: Org | undefined;

/** The stub org in a process of its own. */
export async function serveStubOrg(raw: unknown): Promise<object> {
  const request = requestSchema.parse(raw);
  switch (request.kind) {
    case "open":
      return open(request.appointments);
    case "forget":
      org?.calls.reset();
      return {};
    case "calls":
      return { composites: org?.calls.count("composite"), all: org?.calls.dataCalls };
  }
}

async function open(appointments: number): Promise<z.infer<typeof openedOrgSchema>> {
  const opened = await startStubOrg({ dailyLimit: 1_000_000 });
  org = opened;
  const recordIds = Array.from({ length: appointments }, (_, at) => book(opened, at));
  const { clientId, clientSecret } = opened.app;
  const { url, organizationId } = opened;
  return { url, organizationId, clientId, clientSecret, recordIds };
}

let resourceId = "";

/** Books a visit of tomorrow; every few of them are one rep's. */
function book({ store }: Org, number: number): string {
  if (number % VISITS_PER_REP === 0) {
    const user = store.insert("User", { FirstName: "Rep", LastName: `No ${number}` });
    const resource = { Name: `Rep ${number}`, RelatedRecordId: idOf(user) };
    resourceId = idOf(store.insert("ServiceResource", resource));
  }
  const startAtMs = Date.now() + DAY_MS + (number % VISITS_PER_REP) * 2 * HOUR_MS;
  const visit = store.insert("ServiceAppointment", {
    Subject: "Roof inspection",
    Status: "Scheduled",
    SchedStartTime: new Date(startAtMs),
    SchedEndTime: new Date(startAtMs + HOUR_MS),
  });
  store.insert("AssignedResource", {
    ServiceAppointmentId: idOf(visit),
    ServiceResourceId: resourceId,
    IsPrimaryResource: true,
  });
  return idOf(visit);
}
