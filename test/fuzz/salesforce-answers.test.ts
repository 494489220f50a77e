import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import avro from "avsc";
import fc from "fast-check";
import { appointmentSchema } from "../../src/domain/appointment.ts";
import { instantSchema, isoInstant } from "../../src/domain/instant.ts";
import { parseChangePayload } from "../../src/salesforce/change-events/change-payload.ts";
import { createEventSchemas } from "../../src/salesforce/change-events/event-schemas.ts";
import type { PubSub } from "../../src/salesforce/change-events/open-pubsub.ts";
import { takeBatch } from "../../src/salesforce/change-events/take-batch.ts";
import { changesOf, polledRows } from "../../src/salesforce/changed-record.ts";
import { parseCrmRecord } from "../../src/salesforce/crm-record.ts";
import { mapRecord } from "../../src/salesforce/map-record.ts";
import { openOrg } from "../../src/salesforce/open-org.ts";
import type { Org } from "../../src/salesforce/org.ts";
import { readRecords } from "../../src/salesforce/read-records.ts";
import { recordGraph } from "../../src/salesforce/record-graph.ts";
import { aConnection } from "../support/bridge-state.ts";
import { fuzz } from "./fuzz.ts";
import { type LyingServer, startLyingServer } from "./lying-server.ts";
import { spoiledBytes } from "./wild-bytes.ts";
import { bentJson, readJsonText } from "./wild-json.ts";
import { goodRecord, MAPPING } from "./wild-records.ts";
import { spoiledText, wildText } from "./wild-text.ts";

const VISIT = "08p5f0000000001AAA";
const NOW_MS = Date.UTC(2026, 2, 1);
const mapped = aConnection({ mapping: MAPPING });

const part = fc.record({
  referenceId: fc.constantFrom("q0", "q1", "q2"),
  httpStatusCode: fc.constantFrom(200, 400, 404, 500),
  body: fc.oneof(
    fc.record({
      done: fc.boolean(),
      records: fc.array(goodRecord, { maxLength: 2 }),
      nextRecordsUrl: fc.constantFrom(
        "/services/data/v66.0/query/01g5f-2000",
        "https://evil.example/",
      ),
    }),
    fc.array(
      fc.record({
        errorCode: fc.constantFrom("INVALID_FIELD", "MALFORMED_QUERY", "REQUEST_LIMIT_EXCEEDED"),
        message: wildText,
      }),
      { maxLength: 2 },
    ),
  ),
});
const errors = fc.array(fc.record({ errorCode: wildText, message: wildText }), { maxLength: 2 });
const described = fc.record({
  name: fc.constant("ServiceAppointment"),
  fields: fc.array(
    fc.record({
      name: fc.constantFrom("Id", "SystemModstamp", "IsDeleted", "SchedStartTime", "__proto__"),
      type: fc.constantFrom("id", "date", "datetime", "reference"),
      relationshipName: fc.constantFrom(null, "ParentRecord", "constructor"),
      referenceTo: fc.array(fc.constantFrom("Account", "WorkOrder"), { maxLength: 2 }),
    }),
    { maxLength: 6 },
  ),
});
const token = fc.record(
  {
    access_token: fc.constant("an-invented-token"),
    instance_url: fc.oneof(fc.constant("http://127.0.0.1:9"), wildText),
    id: wildText,
    error: fc.constantFrom("invalid_grant", "server_error"),
    error_description: wildText,
  },
  { requiredKeys: ["access_token"] },
);
const update = fc.array(
  fc.record({
    success: fc.boolean(),
    errors: fc.array(fc.record({ statusCode: wildText, message: wildText }), { maxLength: 2 }),
  }),
  { maxLength: 2 },
);
const answer = fc.oneof(
  fc.record({ compositeResponse: fc.array(part, { maxLength: 4 }) }),
  errors,
  described,
  token,
  update,
);
const lie = fc.record({
  body: fc.oneof(
    bentJson(answer).map((text) => Buffer.from(text)),
    spoiledBytes(bentJson(answer)),
  ),
  status: fc.oneof(
    { weight: 3, arbitrary: fc.constant(200) },
    {
      weight: 1,
      arbitrary: fc.constantFrom(204, 300, 302, 400, 401, 403, 404, 420, 429, 500, 503),
    },
  ),
  headers: fc.record(
    {
      "sforce-limit-info": fc.oneof(fc.constant("api-usage=17/5000"), wildText),
      "content-type": fc.oneof(
        fc.constantFrom("application/json", "text/xml", "text/csv"),
        wildText,
      ),
      "set-cookie": fc.array(wildText, { minLength: 2, maxLength: 2 }),
      location: wildText,
    },
    { requiredKeys: [] },
  ),
  retryAfter: fc.option(fc.oneof(fc.constantFrom("1", "9".repeat(400)), wildText), {
    nil: undefined,
  }),
});

const QUESTIONS: readonly ((org: Org) => Promise<unknown>)[] = [
  (org) => readRecords(org, [{ recordType: "ServiceAppointment", recordId: VISIT }]),
  (org) => org.shape.describe("ServiceAppointment"),
  (org) => org.composite([{ soql: "SELECT Id FROM Event" }]),
  (org) => org.update([{ type: "ServiceAppointment", id: VISIT, fields: { Siro__c: "x" } }]),
  (org) =>
    org.notify({
      typeDeveloperName: "Siro",
      recipientId: VISIT,
      targetId: VISIT,
      title: "t",
      body: "b",
    }),
];

const TOKEN_PATH = "/services/oauth2/token";
let honest: LyingServer;
let lying: LyingServer;
beforeAll(async () => {
  honest = await startLyingServer(
    (url) => new Map([[TOKEN_PATH, { access_token: "an-invented-token", instance_url: url }]]),
  );
  lying = await startLyingServer();
});
afterAll(() => Promise.all([honest.stop(), lying.stop()]));

function orgAt({ url }: LyingServer): Org {
  const auth = { kind: "client-credentials", clientId: "app", clientSecret: "invented" };
  return openOrg(aConnection({ salesforce: { instanceUrl: url, auth } }), { timeoutMs: 5_000 });
}

describe("whatever Salesforce answers", () => {
  fuzz("to a question, it is understood or an error that is explained, with a pause that ends", {
    input: fc.record({ lie, question: fc.nat(QUESTIONS.length - 1) }),
    handle: async (drawn) => {
      honest.lie(drawn.lie);
      await QUESTIONS[drawn.question]?.(orgAt(honest)).catch(checkPause);
    },
    runs: 80,
  });

  fuzz("to a sign-in, it is understood or an error that is explained", {
    input: fc.record({ lie, token: bentJson(token), isToken: fc.boolean() }),
    handle: async (drawn) => {
      const body = drawn.isToken ? Buffer.from(drawn.token) : drawn.lie.body;
      lying.lie({ ...drawn.lie, body });
      await orgAt(lying).sessions.current().catch(checkPause);
    },
    runs: 60,
  });

  fuzz("for a record, it is mapped to a whole appointment or called unreadable", {
    input: bentJson(goodRecord),
    handle: (text) => {
      const reading = parseCrmRecord(readJsonText(text), mapped.mapping);
      if (reading.kind === "unreadable") {
        expect(reading.problems.length).toBeGreaterThan(0);
        return;
      }
      const found = mapRecord(recordGraph(reading.record, {}, reading.warnings), {
        connection: mapped,
        nowMs: NOW_MS,
      });
      if ("appointment" in found) {
        expect(appointmentSchema.parse(found.appointment)).toEqual(found.appointment);
        isoInstant(found.appointment.startAtMs);
        isoInstant(found.appointment.endAtMs);
      }
    },
    runs: 300,
  });

  fuzz("to a poll, rows that are none are left out", {
    input: bentJson(fc.array(goodRecord, { maxLength: 3 })),
    handle: (text) => {
      const answered = readJsonText(text);
      for (const row of polledRows(Array.isArray(answered) ? answered : [answered])) {
        for (const { occurredAtMs } of changesOf("Event", row)) {
          isoInstant(occurredAtMs);
        }
      }
    },
    runs: 100,
    regressions: [JSON.stringify(Array(100_000).fill(null))],
  });

  fuzz("for a moment, what is understood is the same when it is written and read again", {
    input: fc.oneof(spoiledText(fc.constant("2026-03-08T09:30:00.000+0000")), wildText),
    handle: (text) => {
      const read = instantSchema.safeParse(text);
      if (read.success) {
        expect(instantSchema.parse(isoInstant(read.data))).toBe(read.data);
      }
    },
    runs: 300,
    regressions: ["0000-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"],
  });
});

const AVRO = JSON.stringify({
  type: "record",
  name: "ServiceAppointmentChangeEvent",
  fields: [
    {
      name: "ChangeEventHeader",
      type: {
        type: "record",
        name: "ChangeEventHeader",
        fields: [
          { name: "entityName", type: "string" },
          { name: "recordIds", type: { type: "array", items: "string" } },
          { name: "changeType", type: "string" },
          { name: "commitTimestamp", type: "long" },
        ],
      },
    },
    { name: "EventId", type: ["null", "string"], default: null },
  ],
});

const GOOD_PAYLOAD = avro.Type.forSchema(JSON.parse(AVRO)).toBuffer({
  ChangeEventHeader: {
    entityName: "ServiceAppointment",
    recordIds: [VISIT],
    changeType: "UPDATE",
    commitTimestamp: NOW_MS,
  },
  EventId: null,
});

const header = fc.record({
  entityName: fc.constantFrom("ServiceAppointment", "Event", "EventRelation", "Lead"),
  recordIds: fc.array(fc.oneof(fc.constant(VISIT), wildText), { maxLength: 3 }),
  changeType: fc.constantFrom("UPDATE", "GAP_OVERFLOW"),
  changeOrigin: wildText,
  commitTimestamp: fc.integer({ min: 0, max: NOW_MS }),
});

describe("whatever change events hold", () => {
  fuzz("as a payload, it names moments that can be written down, or is unreadable", {
    input: bentJson(
      fc.oneof(
        fc.record({ ChangeEventHeader: header, EventId: wildText }),
        fc.record({ CreatedDate: fc.nat(), visit: fc.record({ ServiceAppointmentId: wildText }) }),
      ),
    ),
    handle: (text) => {
      const payload = readPayload(readJsonText(text));
      if (payload !== undefined) {
        isoInstant(
          payload.kind === "change"
            ? payload.ChangeEventHeader.commitTimestamp
            : payload.createdAtMs,
        );
      }
    },
    runs: 200,
    regressions: [
      '{"CreatedDate":9007199254740991}',
      JSON.stringify({
        ChangeEventHeader: { entityName: "Event", recordIds: Array(100_000).fill([1]) },
      }),
    ],
  });

  fuzz("as bytes, the batch is taken, what is unreadable asks for a look, and the position moves", {
    input: fc.record({
      schema: fc.oneof(
        { weight: 3, arbitrary: fc.constant(AVRO) },
        { weight: 1, arbitrary: spoiledText(fc.constant(AVRO)) },
      ),
      payload: avroBytes(),
    }),
    handle: async ({ schema, payload }) => {
      let unreadable = 0;
      let saved = 0;
      const pubsub: PubSub = {
        schema: async () => schema,
        subscribe: () => ({ request: () => undefined, cancel: () => undefined }),
        close: () => undefined,
      };
      await takeBatch(
        {
          connection: "acme",
          context: { connection: mapped, ownUserId: undefined },
          pubsub,
          schemas: createEventSchemas(),
          nowMs: () => NOW_MS,
          put: async (events) => {
            for (const event of events) {
              isoInstant("occurredAtMs" in event ? event.occurredAtMs : 0);
            }
          },
          askForLook: async () => undefined,
          savePosition: async () => {
            saved += 1;
          },
          tellUnreadable: () => {
            unreadable += 1;
          },
        },
        {
          events: [
            {
              event: { schemaId: "s", payload: Uint8Array.from(payload) },
              replayId: Uint8Array.of(1),
            },
          ],
          latestReplayId: Uint8Array.of(1),
          pendingNumRequested: 0,
        },
      );
      const isGood = schema === AVRO && payload === GOOD_PAYLOAD;
      expect([saved, unreadable <= (isGood ? 0 : 1)]).toEqual([1, true]);
    },
    runs: 200,
    // A list that promises four billion items, and ends.
    regressions: [
      { schema: AVRO, payload: GOOD_PAYLOAD },
      { schema: AVRO, payload: Buffer.from([2, 65, 0xfe, 0xff, 0xff, 0xff, 0x1f]) },
      // Twenty million items of no bytes at all.
      {
        schema: AVRO.replace('"items":"string"', '"items":"null"'),
        payload: Buffer.from([2, 65, 0x80, 0xb4, 0x89, 0x13]),
      },
    ],
  });
});

function readPayload(payload: unknown) {
  try {
    return parseChangePayload(payload);
  } catch (error) {
    // That is how this reader says "unreadable"; whatever else is thrown is none of its words.
    if (error instanceof Error && error.name === "ZodError") {
      return undefined;
    }
    throw error;
  }
}

function avroBytes(): fc.Arbitrary<Buffer> {
  const piece = fc.oneof(
    fc.constant(
      Buffer.concat([
        Buffer.from([36]),
        Buffer.from("ServiceAppointment"),
        Buffer.from([2, 36]),
        Buffer.from(VISIT),
        Buffer.from([0, 12]),
        Buffer.from("UPDATE"),
      ]),
    ),
    fc.constantFrom(
      Buffer.alloc(9, 0xff),
      Buffer.alloc(10, 0x80),
      Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f]),
      Buffer.alloc(1),
      Buffer.alloc(100_000, 2),
    ),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  );
  return fc.array(piece, { maxLength: 4 }).map((pieces) => Buffer.concat(pieces));
}

/** Whoever waits for this must be able to count on it: a number, and not for ever. */
function checkPause(error: unknown): never {
  const waitMs =
    typeof error === "object" && error !== null && "retryAfterMs" in error
      ? error.retryAfterMs
      : undefined;
  if (waitMs !== undefined) {
    expect(waitMs).toBeGreaterThanOrEqual(0);
    expect(waitMs).toBeLessThanOrEqual(86_400_000);
  }
  throw error;
}
