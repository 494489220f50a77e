import { canonicalRecordId } from "../../src/domain/crm-record-id.ts";
import type { Drill } from "../drill.ts";
import type { Scenario } from "../scenario.ts";
import { ACME } from "../world/tenants.ts";

const REP = canonicalRecordId("0055f7000000000");
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

interface OddTime {
  readonly what: string;
  readonly startAt: string;
  readonly endAt?: string;
  readonly status: number;
}

/** Times that no calendar should hold, and some that one does. */
export const ODD_TIMES: readonly Scenario[] = [
  {
    name: "odd-times",
    faults: [16],
    fault:
      "visits in the past, a year ahead, over a change of the clocks, all day, without a zone, ending before they begin",
    load: "16 visits beside them",
    injection: "one event each",
    recovery:
      "taken or refused (400) as documented; nobody crashes, nothing is sent for what is over",
    run: async (drill) => {
      await drill.world.desk.enrol([{ connection: ACME.name, userId: REP }], drill.world.sink);
      const load = await drill.load({ count: 8 });
      const pid = drill.world.worker.pidOf("worker");
      for (const [at, one] of oddTimes().entries()) {
        const status = await postOdd(drill, at, one);
        drill.expect(
          status === one.status,
          `${one.what} was answered ${status}, not ${one.status}`,
        );
      }
      await load.sent;
      drill.expect(drill.world.worker.pidOf("worker") === pid, "the worker died of an odd time");
      const odd = drill.world.sink.arrivals.filter(({ recordId }) =>
        recordId.startsWith("08p5f77"),
      );
      drill.expect(odd.length === 0, `${odd.length} prompts for visits that are over or far away`);
    },
  },
];

function oddTimes(): readonly OddTime[] {
  const iso = (ms: number) => new Date(Date.now() + ms).toISOString();
  const year = new Date().getUTCFullYear() + 1;
  return [
    {
      what: "a visit of yesterday",
      startAt: iso(-DAY_MS),
      endAt: iso(-DAY_MS + HOUR_MS),
      status: 202,
    },
    {
      what: "a visit a year ahead",
      startAt: iso(365 * DAY_MS),
      endAt: iso(365 * DAY_MS + HOUR_MS),
      status: 202,
    },
    {
      what: "a visit over a change of the clocks",
      startAt: `${year}-03-14T01:30:00-08:00`,
      endAt: `${year}-03-14T03:30:00-07:00`,
      status: 202,
    },
    {
      what: "a visit that lasts all day",
      startAt: iso(2 * DAY_MS),
      endAt: iso(3 * DAY_MS),
      status: 202,
    },
    { what: "a time without a zone", startAt: `${year}-03-14T01:30:00`, status: 400 },
    { what: "a day without a time", startAt: `${year}-03-14`, status: 400 },
    {
      what: "a visit that ends before it begins",
      startAt: iso(DAY_MS),
      endAt: iso(DAY_MS - HOUR_MS),
      status: 400,
    },
  ];
}

async function postOdd(drill: Drill, at: number, { startAt, endAt }: OddTime): Promise<number> {
  const recordId = canonicalRecordId(`08p5f77${String(at).padStart(8, "0")}`);
  const event = {
    eventId: `odd-${at}`,
    recordType: "ServiceAppointment",
    recordId,
    occurredAt: new Date().toISOString(),
    appointment: {
      status: "scheduled",
      startAt,
      ...(endAt === undefined ? {} : { endAt }),
      title: "An odd visit",
      crmObjects: [],
      reps: [{ userId: REP, name: "A rep" }],
    },
  };
  const answer = await fetch(`${drill.world.url}/webhooks/events/${ACME.name}`, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      authorization: `Bearer ${ACME.webhookSecret}`,
    },
    body: JSON.stringify(event),
  });
  await answer.arrayBuffer();
  return answer.status;
}
