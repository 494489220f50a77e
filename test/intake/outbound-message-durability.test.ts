import { describe, expect, test } from "@jest/globals";
import type { CrmEvent } from "../../src/domain/crm-event.ts";
import { StoreUnavailableError } from "../../src/errors.ts";
import type { EventInbox } from "../../src/intake/event-inbox.ts";
import { aGate, type IntakeServer, intakeServers, soapPath } from "../support/intake-server.ts";
import {
  anOutboundMessage,
  notificationId,
  ORGANIZATION_ID,
  recordId,
  someNotifications,
} from "../support/outbound-message.ts";
import { connectRaw, postHead } from "../support/raw-http.ts";
import { ACK, expectFault, post } from "../support/soap-client.ts";
import { until } from "../support/until.ts";

const { start } = intakeServers();

describe("durability", () => {
  test("8. an inbox that refuses, is too slow or confirms too little is 503 without an ack", async () => {
    const server = await start({ limits: { storeTimeoutMs: 50 } });
    const failures: NonNullable<IntakeServer["inbox"]["failWith"]>[] = [
      () => Promise.reject(new StoreUnavailableError("down")),
      () => Promise.reject(new Error("unforeseen")),
      () => new Promise<never>(() => undefined),
    ];
    for (const failure of failures) {
      server.inbox.failWith = failure;
      const answer = await post(server);
      expectFault(answer, 503);
    }
    server.inbox.failWith = null;
    expect((await post(server)).text).toBe(ACK);
    expect(server.inbox.events).toHaveLength(1);

    const short = await start({ inbox: { put: async () => [] } });
    expectFault(await post(short), 503);
    expect(await server.count("refused", { reason: "STORE_UNAVAILABLE" })).toBe(3);
  });

  test("8. the ack waits until the inbox has confirmed", async () => {
    const gate = aGate();
    const inbox = {
      put: async () => {
        await gate.opened;
        return ["accepted" as const];
      },
    };
    const server = await start({ inbox });
    const body = anOutboundMessage();
    const caller = await connectRaw(server.port);
    caller.socket.write(postHead(soapPath(), { "content-length": Buffer.byteLength(body) }) + body);
    await until(async () => (await server.count("received")) === 1, {
      timeoutMs: 2000,
      what: "it",
    });
    expect(caller.received()).toBe("");
    gate.open();
    expect(await caller.reply()).toContain(ACK);
    caller.socket.destroy();
  });

  test("11. the same notification id twice in one message, and again in another, is one event", async () => {
    const server = await start();
    const twice = anOutboundMessage({
      notifications: [{ id: "04l1" }, { id: "04l1" }, { id: "04l2" }],
    });
    expect((await post(server, twice)).text).toBe(ACK);
    expect(server.inbox.events.map(({ eventId }) => eventId)).toEqual([
      `${ORGANIZATION_ID}.04l1`,
      `${ORGANIZATION_ID}.04l2`,
    ]);
    expect((await post(server, anOutboundMessage({ notifications: [{ id: "04l1" }] }))).text).toBe(
      ACK,
    );
    expect(server.inbox.events).toHaveLength(2);
    expect(await server.count("duplicates")).toBe(2);
    expect(await server.count("notifications")).toBe(4);
  });

  test("11. of an id that comes twice in one message the inbox gets both, in their order, to tell the repeat", async () => {
    const puts: (readonly CrmEvent[])[] = [];
    const inbox: EventInbox = {
      put: async (events) => {
        puts.push(events);
        return events.map((_, at) => (at === 0 ? "accepted" : "duplicate"));
      },
    };
    const server = await start({ inbox });
    const notifications = [
      { id: "04l1", fields: { Id: recordId("08p", 1) } },
      { id: "04l1", fields: { Id: recordId("08p", 2) } },
    ];
    expect((await post(server, anOutboundMessage({ notifications }))).text).toBe(ACK);
    expect(puts).toMatchObject([notifications.map(({ fields }) => ({ fields }))]);
    expect(await server.count("duplicates")).toBe(1);
  });

  test("12. ids are kept whole and case-sensitive, and the organization is part of the key", async () => {
    const server = await start();
    const ids = [
      "04l5f000000CafeAAY",
      "04l5f000000CafeAAZ",
      "04l5f000000cafeAAY",
      "04l5f000000Cafe",
    ];
    await post(
      server,
      anOutboundMessage({
        organizationId: "00D5f000004XyZa",
        notifications: ids.map((id) => ({ id })),
      }),
    );
    expect(server.inbox.events.map(({ eventId }) => eventId)).toEqual(
      ids.map((id) => `00D5f000004XyZaEAK.${id}`),
    );
  });

  test("13. one unusable notification is stored with its reason and the other 99 are taken", async () => {
    const server = await start();
    const notifications = someNotifications(100).map((one, at) =>
      at === 41 ? { ...one, objectType: "Case" } : one,
    );
    expect((await post(server, anOutboundMessage({ notifications }))).text).toBe(ACK);
    const unusable = server.inbox.events.filter(({ kind }) => kind === "unusable");
    expect(server.inbox.events).toHaveLength(100);
    expect(unusable).toMatchObject([
      {
        eventId: `${ORGANIZATION_ID}.${notificationId(41)}`,
        reason: "UNKNOWN_RECORD_TYPE",
        recordType: "Case",
      },
    ]);
    expect(await server.count("unusable")).toBe(1);
  });

  test("14. without sObject, with an empty one or without Id: acked and NO_RECORD; with only an Id: taken", async () => {
    const server = await start();
    const notifications = [
      { id: "04l1", hasRecord: false },
      { id: "04l2", fields: {} },
      { id: "04l3", fields: { Id: "", Subject: "x" } },
      { id: "04l4", fields: { Id: null } },
      { id: "04l5", fields: { Id: "08p5f0000000001" } },
    ];
    expect((await post(server, anOutboundMessage({ notifications }))).text).toBe(ACK);
    expect(
      server.inbox.events.map((one) => (one.kind === "unusable" ? one.reason : one.recordId)),
    ).toEqual(["NO_RECORD", "NO_RECORD", "NO_RECORD", "NO_RECORD", "08p5f0000000001AAA"]);
  });

  test("38. an unknown or missing type and a bad id are acked and kept with a clear reason", async () => {
    const server = await start();
    const notifications = [
      { id: "04l1", objectType: "Case" },
      { id: "04l2", objectType: null },
      { id: "04l3", objectType: "lead" },
      { id: "04l4", fields: { Id: "../../etc" } },
      { id: "04l5", fields: { Id: "08p5f000000000" } },
      { id: "04l6", fields: { Id: "08p5f0000000001 " } },
    ];
    const body = anOutboundMessage({ actionId: "some other definition", notifications });
    expect((await post(server, body)).text).toBe(ACK);
    expect(
      server.inbox.events.map((one) => (one.kind === "unusable" ? one.reason : one.kind)),
    ).toEqual([
      "UNKNOWN_RECORD_TYPE",
      "UNKNOWN_RECORD_TYPE",
      "UNKNOWN_RECORD_TYPE",
      "BAD_RECORD_ID",
      "BAD_RECORD_ID",
      "BAD_RECORD_ID",
    ]);
  });
});

describe("what becomes of a notification", () => {
  test("an event carries connection, key, record, all fields and the time of the change", async () => {
    const nowMs = Date.parse("2026-03-08T10:00:00Z");
    const server = await start({ nowMs: () => nowMs });
    const fields = {
      Id: "00Q5f000001AbCd",
      LastModifiedDate: "2026-03-08T09:29:00.000Z",
      Phone: "+12125550100",
      SystemModstamp: "2026-03-08T09:30:00.000Z",
    };
    await post(
      server,
      anOutboundMessage({ notifications: [{ id: "04l1", objectType: "Lead", fields }] }),
    );
    expect(server.inbox.events).toEqual([
      {
        kind: "record-changed",
        connection: "acme",
        eventId: `${ORGANIZATION_ID}.04l1`,
        source: "outbound-message",
        receivedAtMs: nowMs,
        recordType: "Lead",
        recordId: expect.stringMatching(/^00Q5f000001AbCd[A-Z0-5]{3}$/),
        occurredAtMs: Date.parse("2026-03-08T09:30:00Z"),
        fields,
      },
    ]);
  });

  test("the time is SystemModstamp, else LastModifiedDate, else the arrival", async () => {
    const nowMs = Date.parse("2026-03-08T10:00:00Z");
    const server = await start({ nowMs: () => nowMs });
    const Id = recordId("08p", 1);
    const LastModifiedDate = "2026-03-08T09:29:00.000Z";
    await post(
      server,
      anOutboundMessage({
        notifications: [
          { id: "1", fields: { Id, LastModifiedDate } },
          { id: "2", fields: { Id, LastModifiedDate, SystemModstamp: "yesterday" } },
          { id: "3", fields: { Id, SystemModstamp: null } },
        ],
      }),
    );
    expect(server.inbox.events).toMatchObject([
      { occurredAtMs: Date.parse(LastModifiedDate) },
      { occurredAtMs: Date.parse(LastModifiedDate) },
      { occurredAtMs: nowMs },
    ]);
  });

  test("22. a field named __proto__ survives storing and does no harm", async () => {
    const server = await start();
    const fields = Object.fromEntries([
      ["Id", recordId("08p", 1)],
      ["__proto__", "x"],
    ]);
    await post(server, anOutboundMessage({ notifications: [{ fields }] }));
    const stored = server.inbox.events[0]?.fields ?? {};
    expect(Object.getOwnPropertyNames(stored)).toEqual(["Id", "__proto__"]);
    expect(Object.getPrototypeOf(stored)).toBe(Object.prototype);
  });
});
