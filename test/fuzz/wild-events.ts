import fc from "fast-check";
import { spoiledBytes } from "./wild-bytes.ts";
import { bentJson } from "./wild-json.ts";

const instant = fc
  .date({
    min: new Date("2026-01-01T00:00:00Z"),
    max: new Date("2026-03-08T00:00:00Z"),
    noInvalidDate: true,
  })
  .map((date) => date.toISOString());

const appointment = fc.record(
  {
    status: fc.constantFrom("scheduled", "in-progress", "completed", "canceled"),
    startAt: fc.constant("2026-03-08T09:30:00Z"),
    endAt: fc.constant("2026-03-08T10:30:00.000+0000"),
    title: fc.string({ maxLength: 20 }),
    crmObjects: fc.array(
      fc.record({
        objectType: fc.constantFrom("Lead", "Account", "ServiceAppointment"),
        objectId: fc.constantFrom("00Q5f0000000001", "08p5f0000000001AAA"),
      }),
      { maxLength: 3 },
    ),
    reps: fc.array(
      fc.record(
        {
          userId: fc.constant("0055f0000000001AAA"),
          email: fc.constantFrom("rita@example.com", ""),
          name: fc.string({ maxLength: 10 }),
          timeZone: fc.constantFrom("America/Denver", "UTC"),
        },
        { requiredKeys: ["userId"] },
      ),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ["status", "startAt"] },
);

const event = fc.record(
  {
    eventId: fc.uuid(),
    recordType: fc.constantFrom("ServiceAppointment", "Event", "Lead", "Opportunity"),
    recordId: fc.constantFrom("08p5f0000000001", "visit-17.a_b"),
    occurredAt: instant,
    appointment,
  },
  { requiredKeys: ["eventId", "recordType", "recordId", "occurredAt"] },
);

/** One event or a list of them, as the JSON path promises to take. */
export const goodEvents: fc.Arbitrary<unknown> = fc.oneof(
  event,
  fc.record({ events: fc.array(event, { minLength: 1, maxLength: 3 }) }),
);

/** Bodies for the JSON door, good and spoiled. */
export const wildEvents: fc.Arbitrary<Buffer> = bodiesOf(goodEvents);

const crm = fc.record(
  {
    integrationConnectionId: fc.constant("01HACME0000000000000000000"),
    engagement: fc.record({ externalId: fc.constant("08p5f0000000001") }),
    contacts: fc.array(fc.record({ externalId: fc.constant("0035f0000000001") }), { maxLength: 3 }),
  },
  { requiredKeys: [] },
);

/** Bodies for Siro's door, good and spoiled. */
export const wildSiroEvents: fc.Arbitrary<Buffer> = bodiesOf(
  fc.record(
    {
      eventType: fc.constantFrom(
        "integrations.recordingProcessed",
        "integrations.recordingLinked",
        "other",
      ),
      recordingId: fc.uuid(),
      recordingProcessed: fc.option(fc.boolean()),
      recordingLinked: fc.boolean(),
      siroUserId: fc.uuid(),
      crm,
    },
    { requiredKeys: ["eventType", "recordingId"] },
  ),
);

/** Mostly JSON that is bent as a value, now and then spoiled as bytes, too. */
function bodiesOf(good: fc.Arbitrary<unknown>): fc.Arbitrary<Buffer> {
  const text = bentJson(good);
  return fc.oneof(
    { weight: 3, arbitrary: text.map((one) => Buffer.from(one)) },
    { weight: 1, arbitrary: spoiledBytes(text) },
  );
}
