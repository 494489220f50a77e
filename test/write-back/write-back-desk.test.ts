import { describe, expect, test } from "@jest/globals";
import type { AppointmentDossier } from "../../src/books/appointment-book.ts";
import { connectionSchema } from "../../src/domain/connection.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import type { WriteBackRef } from "../../src/domain/write-back.ts";
import { OrgAccessError, OrgUnavailableError } from "../../src/salesforce/org-errors.ts";
import type { RecordWrite, RecordWriteAnswer } from "../../src/write-back/write-back.ts";
import { openWriteBackDesk } from "../../src/write-back/write-back-desk.ts";

const NOW_MS = Date.parse("2026-11-23T09:00:00Z");
const HOUR_MS = 3_600_000;
const VISIT = "08p5f000000AAAAAA2";
const LINK = "Siro_Start_Link__c";
const BASE = {
  name: "acme",
  organizationId: "00D5f000004XyZaEAK",
  webhookSecrets: ["a-secret-of-at-least-thirty-two-characters"],
};
const NO_RECORD = "not a record to write to";
const ON = { startLinkField: LINK };

interface DossierOptions {
  readonly recordId?: string;
  readonly recordType?: "ServiceAppointment" | "Event" | "Lead";
  readonly status?: "scheduled" | "canceled";
  readonly userIds?: readonly string[];
  readonly prompts?: readonly Partial<Prompt>[];
}

function aDossier(own: DossierOptions = {}): AppointmentDossier {
  const { recordId = VISIT, recordType = "ServiceAppointment", status = "scheduled" } = own;
  const userIds = own.userIds ?? ["u1"];
  return {
    stored: {
      appointment: {
        ...{ recordType, recordId, status, title: "", crmObjects: [] },
        startAtMs: NOW_MS + HOUR_MS,
        endAtMs: NOW_MS + 2 * HOUR_MS,
        reps: userIds.map((userId) => ({ userId })),
      },
      version: { occurredAtMs: NOW_MS, readAtMs: NOW_MS, eventId: "e1" },
      contentHash: "hash",
      knownUserIds: [...userIds],
    },
    prompts: (own.prompts ?? [{}]).map((prompt) => ({
      ...{ promptId: "p1", token: "t1", userId: "u1", recordType, recordId },
      ...{ action: "start", state: "waiting", generation: 1, reason: "" },
      dueAtMs: NOW_MS + HOUR_MS,
      expiresAtMs: NOW_MS + 2 * HOUR_MS,
      ...prompt,
    })),
    deliveries: [],
    receipts: [],
  };
}

interface World {
  nowMs: number;
  readonly dossiers: Map<string, AppointmentDossier>;
  answer: (write: RecordWrite) => RecordWriteAnswer;
  readonly calls: (readonly RecordWrite[])[];
  readonly written: Map<string, RecordWrite["fields"]>;
  readonly warnings: string[];
  readonly tokens: string[];
  usedShare: number;
  /** What every call fails with. */
  failure?: Error;
}

/** A desk over an org and a book that are plain objects. */
function aDesk(own: { readonly writeBack?: object; readonly publicUrl?: string } = {}) {
  const world: World = {
    nowMs: NOW_MS,
    dossiers: new Map([[VISIT, aDossier()]]),
    answer: () => ({ kind: "ok" }),
    calls: [],
    written: new Map(),
    warnings: [],
    tokens: [],
    usedShare: 0,
  };
  const desk = openWriteBackDesk({
    connection: connectionSchema.parse({ ...BASE, writeBack: own.writeBack ?? ON }),
    publicUrl: new URL(own.publicUrl ?? "https://bridge.example.com"),
    readDossier: async (recordId) => world.dossiers.get(recordId),
    readWritten: async (recordId) => new Map(Object.entries(world.written.get(recordId) ?? {})),
    saveWritten: async (recordId, fields) => {
      world.written.set(recordId, { ...world.written.get(recordId), ...fields });
    },
    rememberToken: async ({ token }) => {
      world.tokens.push(token);
    },
    update: async (records) => {
      world.calls.push(records);
      if (world.failure !== undefined) {
        throw world.failure;
      }
      return records.map(world.answer);
    },
    waitMs: () => 5,
    usedShare: () => world.usedShare,
    warn: async (text) => {
      world.warnings.push(text);
    },
    nowMs: () => world.nowMs,
  });
  return {
    world,
    write: (ref: Partial<WriteBackRef> = {}, looks = 1) => desk.write(aRef(ref), looks),
  };
}

function aRef(own: Partial<WriteBackRef>): WriteBackRef {
  const base = { connection: "acme", recordId: VISIT, promptId: "p1" } as const;
  return { ...base, kind: "start-link", awaits: "planned", ...own };
}

const DONE = (note: string) => ({ kind: "done", note });
const LATER = (afterMs: number) => ({ kind: "later", afterMs });
const REFUSED = (code: string): RecordWriteAnswer => ({ kind: "refused", code, retry: "never" });
const GO = (token: string) => `https://bridge.example.com/go/${token}`;

describe("a write", () => {
  test("is made once, and /go/ knows the token before it", async () => {
    const { world, write } = aDesk();
    const before: string[] = [];
    world.answer = () => {
      before.push(...world.tokens);
      return { kind: "ok" };
    };
    expect(await write()).toEqual(DONE("written"));
    expect(await write()).toEqual(DONE("unchanged"));
    expect(before).toEqual(["t1"]);
    expect(world.calls).toEqual([
      [{ type: "ServiceAppointment", id: VISIT, fields: { [LINK]: GO("t1") } }],
    ]);
  });

  test("waits for its plan, but not without end", async () => {
    const { world, write } = aDesk();
    world.dossiers.set(VISIT, aDossier({ prompts: [] }));
    expect(await write()).toEqual(LATER(300));
    expect(await write({}, 20)).toEqual(DONE("unchanged"));
    world.dossiers.set(VISIT, aDossier());
    expect(await write({ awaits: "dropped" })).toEqual(LATER(300));
    expect(world.calls).toEqual([]);
  });

  test("that comes late writes what is wanted by then, not what it was made for", async () => {
    const { world, write } = aDesk();
    world.dossiers.set(
      VISIT,
      aDossier({
        prompts: [{ state: "superseded" }, { promptId: "p2", token: "t2", generation: 2 }],
      }),
    );
    await write();
    expect(world.written.get(VISIT)).toEqual({ [LINK]: GO("t2") });
  });

  test("that is overtaken while it is under way is made again", async () => {
    const { world, write } = aDesk();
    world.answer = () => {
      world.dossiers.set(VISIT, aDossier({ prompts: [{ state: "superseded" }] }));
      return { kind: "ok" };
    };
    await write();
    expect(world.calls.map(([first]) => first?.fields[LINK])).toEqual([GO("t1"), null]);
  });

  test("never empties what was never filled", async () => {
    const { world, write } = aDesk();
    world.dossiers.set(VISIT, aDossier({ status: "canceled" }));
    expect(await write()).toEqual(DONE("unchanged"));
    expect(world.calls).toEqual([]);
  });

  test("gives the first rep's link, and the time of the last start", async () => {
    const { world, write } = aDesk({ writeBack: { ...ON, promptSentField: "Sent__c" } });
    const sent = { state: "sent", action: "restart" } as const;
    world.dossiers.set(
      VISIT,
      aDossier({
        userIds: ["u2", "u1"],
        prompts: [
          { ...sent, generation: 9, sentAtMs: NOW_MS + 1000 },
          { ...sent, promptId: "p2", userId: "u2", token: "t2", sentAtMs: NOW_MS },
          { ...sent, promptId: "p3", userId: "u2", action: "stop", sentAtMs: NOW_MS + 5000 },
        ],
      }),
    );
    await write();
    expect(world.written.get(VISIT)).toEqual({
      [LINK]: GO("t2"),
      Sent__c: "2026-11-23T09:00:01.000Z",
    });
  });

  test("stamps when a recording was first seen, when the last one ended and when one was first linked", async () => {
    const stamps = {
      recordingSeenField: "Seen__c",
      recordingStoppedField: "Stopped__c",
      recordingLinkedField: "Linked__c",
    };
    const { world, write } = aDesk({ writeBack: stamps });
    const at = (minutes: number) => NOW_MS + minutes * 60_000;
    const aRecording = (promptId: string, userId: string, ended: number | undefined) => ({
      ...{ promptId, userId, state: "sent" as const },
      recording: {
        ...{ certainty: "token" as const, seenAtMs: at(1), linkedAtMs: at(90) },
        ...(ended === undefined ? {} : { endedAtMs: at(ended) }),
      },
    });
    const know = (ended: readonly (number | undefined)[]) => {
      const prompts = ended.map((minutes, n) => aRecording(`p${n}`, `u${n}`, minutes));
      world.dossiers.set(VISIT, aDossier({ userIds: ["u0", "u1"], prompts }));
    };
    const written = () => world.written.get(VISIT);
    know([undefined]);
    await write({ kind: "recording-seen", awaits: "recorded" });
    expect(written()).toEqual({
      Seen__c: "2026-11-23T09:01:00.000Z",
      Linked__c: "2026-11-23T10:30:00.000Z",
    });
    know([60, undefined]);
    await write({ kind: "recording-stopped", awaits: "recorded" });
    expect(written()).toMatchObject({ Stopped__c: "2026-11-23T10:00:00.000Z" });
    know([60, 70]);
    expect(await write()).toEqual(DONE("written"));
    expect(await write()).toEqual(DONE("unchanged"));
    expect(written()).toMatchObject({ Stopped__c: "2026-11-23T10:10:00.000Z" });
    know([60, 65]);
    expect(await write()).toEqual(DONE("unchanged"));
    expect(written()).toMatchObject({ Stopped__c: "2026-11-23T10:10:00.000Z" });
    expect(world.calls).toHaveLength(3);
  });

  test("shares its call with all of the same moment, 200 records at most, one call at a time", async () => {
    const { world, write } = aDesk();
    const ids = Array.from(
      { length: 450 },
      (_, at) => `08p5f00000${String(at).padStart(5, "0")}AA2`,
    );
    for (const recordId of ids) {
      world.dossiers.set(recordId, aDossier({ recordId }));
    }
    await Promise.all([...ids, ...ids].map((recordId) => write({ recordId })));
    expect(world.calls.map((records) => records.length)).toEqual([200, 200, 50]);
  });
});

describe("what the org cannot take", () => {
  test.each([
    "INVALID_FIELD",
    "INVALID_FIELD_FOR_INSERT_UPDATE",
    "INSUFFICIENT_ACCESS_OR_READONLY",
    "STRING_TOO_LONG",
  ])("%s: one warning, an hour's rest of that type alone", async (code) => {
    const { world, write } = aDesk();
    const event = "00U5f000000AAAAAA2";
    world.dossiers.set(event, aDossier({ recordId: event, recordType: "Event" }));
    world.answer = ({ type }) => (type === "Event" ? { kind: "ok" } : REFUSED(code));
    expect(await write()).toEqual(LATER(HOUR_MS));
    world.nowMs += 60_000;
    expect(await write()).toEqual(LATER(HOUR_MS - 60_000));
    expect(await write({ recordId: event })).toEqual(DONE("written"));
    expect(world.calls).toHaveLength(2);
    expect(world.warnings).toEqual([
      `Write-back to ServiceAppointment rests: Salesforce refuses ${LINK} (${code})`,
    ]);
    world.nowMs += HOUR_MS;
    world.answer = () => ({ kind: "ok" });
    expect(await write()).toEqual(DONE("written"));
  });

  test("one record that may not be edited does not stop the others", async () => {
    const { world, write } = aDesk();
    const other = "08p5f000000AAABAA2";
    world.dossiers.set(other, aDossier({ recordId: other }));
    expect(await write({ recordId: other })).toEqual(DONE("written"));
    world.answer = () => REFUSED("INSUFFICIENT_ACCESS_OR_READONLY");
    expect(await write()).toEqual(DONE("refused INSUFFICIENT_ACCESS_OR_READONLY"));
    expect(world.warnings).toEqual([]);
  });

  test("a record that is gone is let go", async () => {
    const { world, write } = aDesk();
    world.answer = () => REFUSED("ENTITY_IS_DELETED");
    expect(await write()).toEqual(DONE("refused ENTITY_IS_DELETED"));
  });

  test("an org that is away or busy is asked again, one that refuses us rests", async () => {
    const { world, write } = aDesk();
    world.failure = new OrgUnavailableError("acme", { detail: "down", retryAfterMs: 7_000 });
    expect(await write()).toEqual(LATER(7_000));
    world.failure = new OrgUnavailableError("acme", { detail: "down" });
    expect(await write()).toEqual(LATER(15_000));
    world.failure = new OrgAccessError("acme", { detail: "no such app" });
    expect(await write()).toEqual(LATER(HOUR_MS));
    world.failure = new TypeError("a bug");
    world.nowMs += HOUR_MS;
    await expect(write()).rejects.toThrow(TypeError);
    expect(world.written.size).toBe(0);
  });

  test("the last calls of the day are left to reading", async () => {
    const { world, write } = aDesk();
    world.usedShare = 0.9;
    expect(await write()).toEqual(LATER(300_000));
    expect(world.calls).toEqual([]);
  });
});

describe("nothing is written", () => {
  test.each<{ readonly what: string; readonly note: string } & DossierOptions>([
    { what: "a lead that is not an appointment here", recordType: "Lead", note: NO_RECORD },
    { what: "another CRM's record", recordId: "visit-1", note: NO_RECORD },
  ])("for $what", async ({ note, ...dossier }) => {
    const { world, write } = aDesk();
    const { recordId = VISIT } = dossier;
    world.dossiers.set(recordId, aDossier(dossier));
    expect(await write({ recordId })).toEqual(DONE(note));
    expect(world.calls).toEqual([]);
  });

  test("when it is off", async () => {
    const { world, write } = aDesk({ writeBack: {} });
    expect(await write()).toEqual(DONE("off"));
    expect(world.calls).toEqual([]);
  });

  test("for a visit that nobody knows, or that is long over", async () => {
    const { world, write } = aDesk();
    expect(await write({ recordId: "08p5f000000ZZZZAA2" })).toEqual(DONE("unknown"));
    world.nowMs += 27 * HOUR_MS;
    expect(await write()).toEqual(DONE("too late"));
  });

  test("under a PUBLIC_URL that is not https: one warning an hour", async () => {
    const { world, write } = aDesk({ publicUrl: "http://bridge.example.com" });
    expect(await write()).toEqual(DONE("off"));
    expect(await write()).toEqual(DONE("off"));
    expect(world.warnings).toEqual(["Links are not written back: PUBLIC_URL is not https"]);
  });
});

describe("the settings", () => {
  test("are off by default", () => {
    expect(connectionSchema.parse(BASE).writeBack).toEqual({
      startLinkField: null,
      stopLinkField: null,
      promptSentField: null,
      recordingSeenField: null,
      recordingStoppedField: null,
      recordingLinkedField: null,
    });
  });

  test.each([
    ["a standard field", { startLinkField: "SchedStartTime" }],
    ["text that is no name", { startLinkField: "Link__c, Status" }],
    ["an unknown key", { linkField: LINK }],
    ["one field for two values", { startLinkField: LINK, stopLinkField: LINK.toLowerCase() }],
    ["a field that the mapping reads", { promptSentField: "Visit_At__c" }],
    [
      "the end of a recording in a field that the mapping reads",
      { recordingStoppedField: "Visit_At__c" },
    ],
  ])("refuse %s", (_, writeBack) => {
    const mapping = {
      lead: { startField: "Visit_At__c" },
      opportunity: { startField: "Visit_At__c" },
    };
    expect(connectionSchema.safeParse({ ...BASE, mapping, writeBack }).success).toBe(false);
    expect(connectionSchema.safeParse({ ...BASE, mapping, writeBack: ON }).success).toBe(true);
  });
});
