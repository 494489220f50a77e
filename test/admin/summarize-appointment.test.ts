import { describe, expect, test } from "@jest/globals";
import { summarizeAppointment } from "../../src/admin/summarize-appointment.ts";
import { applyReport } from "../../src/appointments/apply-report.ts";
import { appointmentReport } from "../../src/appointments/judge-report.ts";
import type { StoredAppointment } from "../../src/books/stored-appointment.ts";
import type { Appointment } from "../../src/domain/appointment.ts";
import { canonicalRecordId } from "../../src/domain/crm-record-id.ts";
import { type Delivery, deliverySchema } from "../../src/domain/delivery.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import { type Receipt, receiptSchema } from "../../src/domain/receipt.ts";
import { type TimelineEntry, timelineEntrySchema } from "../../src/domain/timeline-entry.ts";
import { anAppointment, aPrompt, RECORD_ID } from "./state.ts";

const ZONE = "America/Denver";
/** Ten o'clock in Denver. */
const at = (clock: string, day = 2) => Date.parse(`2027-03-0${day}T${clock}-07:00`);
const DANA = { userId: canonicalRecordId("0055f00000DaNaA"), name: "Dana Doe", timeZone: ZONE };
const ANN = { userId: canonicalRecordId("0055f00000AnNnA"), name: "Ann Ames", timeZone: ZONE };
const IPHONE = { deviceId: "d1", label: "iPhone", channel: "web-push", state: "active" } as const;
const TABLET = {
  deviceId: "d2",
  label: "Dana's tablet",
  channel: "ntfy",
  state: "active",
} as const;
const PULL = { deviceId: "d3", label: "pull", channel: "pull", state: "active" } as const;

const visit = (input: Partial<Appointment> = {}) =>
  anAppointment({ startAtMs: at("09:00"), endAtMs: at("10:00"), reps: [DANA], ...input });
const prompt = (input: Partial<Prompt> = {}) =>
  aPrompt({
    promptId: "p1",
    userId: DANA.userId,
    dueAtMs: at("08:58"),
    expiresAtMs: at("10:00"),
    state: "waiting",
    ...input,
  });
const sent = (input: Partial<Prompt> = {}) =>
  prompt({ state: "sent", firedAtMs: at("08:58"), sentAtMs: at("08:58:00"), ...input });
const delivery = (input: Partial<Delivery> = {}) =>
  deliverySchema.parse({
    deliveryId: "p1-d1",
    promptId: "p1",
    action: "start",
    userId: DANA.userId,
    deviceId: "d1",
    channel: "web-push",
    state: "accepted",
    attempts: 1,
    answer: "HTTP 201",
    updatedAtMs: at("08:58:00"),
    ...input,
  });
const receipt = (kind: Receipt["kind"], atMs: number, input: Partial<Receipt> = {}) =>
  receiptSchema.parse({
    kind,
    promptId: "p1",
    userId: DANA.userId,
    source: "go-page",
    atMs,
    ...input,
  });
const line = (kind: TimelineEntry["kind"], text: string, atMs = at("08:00")) =>
  timelineEntrySchema.parse({ kind, text, atMs });

/** The timeline of reports one after the other, as the bridge itself writes it. */
async function history(
  ...reports: readonly (readonly [number, Appointment, string?])[]
): Promise<readonly TimelineEntry[]> {
  const entries: TimelineEntry[] = [];
  let stored: StoredAppointment | undefined;
  for (const [nowMs, appointment, why] of reports) {
    const version = { occurredAtMs: nowMs, readAtMs: nowMs, eventId: `e${nowMs}` };
    const report = appointmentReport(appointment, version, why === undefined ? [] : [why]);
    await applyReport(
      {
        connection: "acme",
        nowMs,
        changeAppointment: async (decide) => {
          const { result, next, commands } = decide(stored);
          stored = next ?? stored;
          const [, , ...texts] = commands.find(([name]) => name === "RPUSH") ?? [""];
          entries.push(...texts.map((text) => timelineEntrySchema.parse(JSON.parse(String(text)))));
          return result;
        },
      },
      RECORD_ID,
      () => report,
    );
  }
  return entries;
}

interface Case {
  readonly appointment?: Appointment;
  readonly prompts?: readonly Prompt[];
  readonly deliveries?: readonly Delivery[];
  readonly receipts?: readonly Receipt[];
  readonly timeline?: readonly TimelineEntry[];
  readonly devices?: readonly (typeof IPHONE | typeof TABLET | typeof PULL)[];
  readonly reps?: Parameters<typeof summarizeAppointment>[0]["reps"];
  readonly now?: number;
}

function told({ appointment = visit(), now = at("08:00"), ...given }: Case): [string, string] {
  const { prompts = [], deliveries = [], receipts = [], timeline = [], devices = [IPHONE] } = given;
  const version = { occurredAtMs: 0, readAtMs: 0, eventId: "e" };
  const stored = { appointment, version, contentHash: "", knownUserIds: [] };
  const { summary, outlook, summaryTimeZone } = summarizeAppointment({
    dossier: { stored, prompts, deliveries, receipts },
    timeline,
    reps: given.reps ?? appointment.reps.map((rep) => ({ ...rep, devices })),
    nowMs: now,
  });
  expect(summaryTimeZone).toBe(
    appointment.reps.length + (given.reps?.length ?? 0) > 0 ? ZONE : "UTC",
  );
  return [outlook, summary];
}

const MOVED_TO_14 = visit({ startAtMs: at("14:00"), endAtMs: at("15:00") });
const HALF_PAST_NINE = at("09:30");
const EVENING = at("18:00");

describe("before anything is sent", () => {
  const cases: readonly (readonly [string, string, Case])[] = [
    ["planned", "Waiting: the start is due at 08:58", { prompts: [prompt()] }],
    [
      "planned",
      "Waiting: the start is due at 08:58; Dana has no device",
      { prompts: [prompt()], devices: [] },
    ],
    [
      "planned",
      "Waiting: the start is due at 08:58; Dana's device cannot be reached any more",
      {
        prompts: [prompt()],
        reps: [{ ...DANA, devices: [{ ...IPHONE, state: "gone" }] }],
      },
    ],
    [
      "planned",
      "Waiting: the restart, which also ends the visit before, is due at 08:58",
      { prompts: [prompt({ action: "restart", endsRecordId: "before" })] },
    ],
    ["planned", "Waiting: it is planned when its day comes nearer", {}],
    ["due", "Waiting: its prompts are being planned", { now: HALF_PAST_NINE }],
    ["planned", "Waiting: it has no rep to prompt yet", { appointment: visit({ reps: [] }) }],
    [
      "due",
      "Late: the start was due at 08:58:00 and was not handed out yet",
      { prompts: [prompt()], now: at("08:59") },
    ],
    [
      "due",
      "Due since 08:58:00: it is on its way to the devices",
      { prompts: [prompt({ state: "due", firedAtMs: at("08:58") })], now: at("08:58:01") },
    ],
    [
      "due",
      "Due since 08:58:00: Dana's automation has not asked for it yet",
      { prompts: [prompt({ state: "due" })], devices: [PULL], now: at("08:58:01") },
    ],
    [
      "due",
      "Not sent yet: Dana has no device",
      { prompts: [prompt({ state: "due" })], devices: [], now: HALF_PAST_NINE },
    ],
    [
      "due",
      "Not sent yet: Dana's iPhone did not take it in 3 tries (HTTP 503)",
      {
        prompts: [prompt({ state: "due" })],
        deliveries: [delivery({ state: "retrying", attempts: 3, answer: "HTTP 503" })],
        now: HALF_PAST_NINE,
      },
    ],
  ];
  test.each(cases)("%s: %s", (outlook, summary, given) => {
    expect(told(given)).toEqual([outlook, summary]);
  });
});

describe("once it is sent", () => {
  const base = { prompts: [sent()], deliveries: [delivery()], now: HALF_PAST_NINE };
  const opened = { ...base, prompts: [sent({ answeredAtMs: at("08:58:21") })] };
  const cases: readonly (readonly [string, string, Case])[] = [
    ["sent", "Sent to Dana's iPhone at 08:58:00, not opened yet", base],
    ["sent", "Sent to Dana's iPhone at 08:58:00, never opened", { ...base, now: EVENING }],
    [
      "opened",
      "Sent to Dana's iPhone at 08:58:00, opened 08:58:21",
      { ...opened, receipts: [receipt("opened", at("08:58:21"))] },
    ],
    [
      "done",
      "Sent to Dana's iPhone at 08:58:00, opened 08:58:21",
      { ...opened, receipts: [receipt("opened", at("08:58:21"))], now: EVENING },
    ],
    [
      "opened",
      "Sent to Dana's iPhone at 08:58:00, opened 08:58:21 on Dana's tablet",
      {
        ...opened,
        devices: [IPHONE, TABLET],
        receipts: [receipt("opened", at("08:58:21"), { deviceId: "d2", source: "rep-page" })],
      },
    ],
    [
      "opened",
      "Sent to Dana's iPhone at 08:58:00, opened 08:58:21, back from Siro 08:58:40, recording since 08:58:35",
      {
        ...opened,
        receipts: [
          receipt("recording", at("08:58:35"), { source: "siro-events" }),
          receipt("returned", at("08:58:40"), { source: "done-page" }),
          receipt("opened", at("08:58:21")),
          receipt("delivered", at("08:58:02"), { source: "service-worker" }),
        ],
      },
    ],
    [
      "opened",
      "Sent to Dana's iPhone at 08:58:00, recording since 08:58:35",
      {
        ...opened,
        receipts: [receipt("stopped", at("09:20"), { source: "siro-events" })],
        prompts: [
          sent({
            answeredAtMs: at("08:58:21"),
            recording: { certainty: "url", seenAtMs: at("08:58:35"), endedAtMs: at("09:20") },
            furtherRecordings: [{ certainty: "time", seenAtMs: at("09:25") }],
          }),
        ],
      },
    ],
    [
      "opened",
      "Sent to Dana's iPhone at 08:58:00, recording since 08:58:35, stopped 09:50:00",
      {
        ...opened,
        receipts: [receipt("stopped", at("09:20"), { source: "siro-events" })],
        prompts: [
          sent({
            answeredAtMs: at("08:58:21"),
            recording: { certainty: "url", seenAtMs: at("08:58:35"), endedAtMs: at("09:20") },
            furtherRecordings: [
              { certainty: "time", seenAtMs: at("09:25"), endedAtMs: at("09:50") },
            ],
          }),
        ],
      },
    ],
    [
      "done",
      "Sent to Dana's iPhone at 08:58:00, opened 08:58:21, recording since 08:58:35, stopped 10:01:00",
      {
        ...opened,
        prompts: [
          sent({
            answeredAtMs: at("08:58:21"),
            recording: { certainty: "url", seenAtMs: at("08:58:35"), endedAtMs: at("10:01") },
          }),
        ],
        receipts: [receipt("opened", at("08:58:21"))],
        now: EVENING,
      },
    ],
    [
      "opened",
      "Sent to Dana's iPhone at 08:58:00, recording since 08:58:35",
      {
        ...base,
        prompts: [sent({ recording: { certainty: "time", seenAtMs: at("08:58:35") } })],
      },
    ],
    [
      "opened",
      "Sent to Dana's iPhone at 08:58:00, opened 08:58:21, no recording is confirmed",
      {
        ...base,
        prompts: [sent({ answeredAtMs: at("08:58:21"), notConfirmedAtMs: at("09:05") })],
      },
    ],
    [
      "opened",
      "Offered on Dana's page, opened 08:58:21",
      { ...opened, deliveries: [], receipts: [receipt("opened", at("08:58:21"))] },
    ],
    ["opened", "Sent to Dana's iPhone at 08:58:00, opened 08:58:21", opened],
    [
      "sent",
      "Sent to Dana's iPhone and Dana's tablet at 08:58:00, not opened yet",
      {
        ...base,
        devices: [IPHONE, TABLET],
        deliveries: [delivery({ deviceId: "d2", updatedAtMs: at("08:59") }), delivery()],
      },
    ],
    [
      "opened",
      "Sent to Dana's iPhone at 08:58:00 as a restart that also ends the visit before, opened 08:58:21",
      { ...opened, prompts: [sent({ action: "restart", answeredAtMs: at("08:58:21") })] },
    ],
    [
      "done",
      "Sent to Dana's iPhone at 08:58:00, opened 08:58:21; stop opened 10:00:09",
      {
        ...opened,
        prompts: [
          sent({ answeredAtMs: at("08:58:21") }),
          sent({ promptId: "p2", action: "stop", answeredAtMs: at("10:00:09") }),
        ],
        now: EVENING,
      },
    ],
    [
      "done",
      "Sent to Dana's iPhone at 08:58:00, opened 08:58:21; no device took its stop",
      {
        ...opened,
        prompts: [
          sent({ answeredAtMs: at("08:58:21") }),
          prompt({ promptId: "p2", action: "stop", state: "due", expiresAtMs: at("10:30") }),
        ],
        now: EVENING,
      },
    ],
    [
      "sent",
      "Sent to a device of Dana at 08:58:00, not opened yet",
      { ...base, deliveries: [delivery({ deviceId: "forgotten" })] },
    ],
  ];
  test.each(cases)("%s: %s", (outlook, summary, given) => {
    expect(told(given)).toEqual([outlook, summary]);
  });
});

describe("when nothing came", () => {
  const expired = prompt({ state: "due", firedAtMs: at("08:58") });
  const cases: readonly (readonly [string, string, Case])[] = [
    ["not-sent", "Not sent: Dana has no device", { prompts: [expired], devices: [] }],
    ["not-sent", "Not sent: no device took it before 10:00", { prompts: [expired] }],
    [
      "not-sent",
      "Not sent: Dana's iPhone was refused (HTTP 400)",
      { prompts: [expired], deliveries: [delivery({ state: "refused", answer: "HTTP 400" })] },
    ],
    [
      "not-sent",
      "Not sent: Dana's iPhone is gone (HTTP 410), Dana's tablet did not take it in time (HTTP 503)",
      {
        prompts: [expired],
        devices: [IPHONE, TABLET],
        deliveries: [
          delivery({ state: "gone", answer: "HTTP 410" }),
          delivery({ deviceId: "d2", state: "expired", answer: "HTTP 503" }),
        ],
      },
    ],
    [
      "not-sent",
      "Not sent: the next visit began already",
      { prompts: [prompt({ state: "skipped", reason: "Not sent: the next visit began already" })] },
    ],
    ["not-sent", "Not sent: it came too late to be useful", { prompts: [prompt()] }],
    ["not-sent", "Not sent: the visit was over before anything was planned for it", {}],
    ["not-sent", "Not sent: it had no rep to prompt", { appointment: visit({ reps: [] }) }],
    [
      "not-sent",
      "Not sent: a newer plan has no start for it",
      { prompts: [prompt({ state: "superseded" })] },
    ],
    [
      "not-sent",
      "Not sent: the appointment was given to someone else",
      {
        appointment: visit({ reps: [] }),
        reps: [{ ...DANA, devices: [IPHONE] }],
        prompts: [prompt({ state: "superseded" })],
      },
    ],
  ];
  test.each(cases)("%s: %s", (outlook, summary, given) => {
    expect(told({ now: EVENING, ...given })).toEqual([outlook, summary]);
  });
});

describe("what the timeline tells besides", () => {
  test("an appointment that moved after its start was dropped", async () => {
    const timeline = await history([at("08:00"), visit()], [at("08:31"), MOVED_TO_14]);
    const prompts = [prompt({ state: "superseded" })];
    expect(told({ appointment: MOVED_TO_14, prompts, timeline, now: at("08:40") })).toEqual([
      "not-sent",
      "Not sent: the appointment was moved at 08:31 to 14:00",
    ]);
    const planned = prompt({ promptId: "p2", generation: 2, dueAtMs: at("13:58") });
    expect(
      told({
        appointment: MOVED_TO_14,
        prompts: [...prompts, { ...planned, expiresAtMs: at("15:00") }],
        timeline,
      }),
    ).toEqual(["planned", "Waiting: the start is due at 13:58 (moved at 08:31 to 14:00)"]);
  });

  test("one that moved to another day says the day", async () => {
    const next = visit({ startAtMs: at("09:00", 3), endAtMs: at("10:00", 3) });
    const timeline = await history([at("08:00"), visit()], [at("08:31"), next]);
    const prompts = [prompt({ dueAtMs: at("08:58", 3), expiresAtMs: at("10:00", 3) })];
    expect(told({ appointment: next, prompts, timeline })).toEqual([
      "planned",
      "Waiting: the start is due at 08:58 (moved at 08:31 on 2 Mar to 09:00)",
    ]);
  });

  test("one whose start was sent before it moved far away", async () => {
    const timeline = await history([at("08:00"), visit()], [at("08:59"), MOVED_TO_14]);
    const again = prompt({ promptId: "p2", generation: 2, dueAtMs: at("13:58") });
    const prompts = [sent(), { ...again, expiresAtMs: at("15:00") }];
    expect(told({ appointment: MOVED_TO_14, prompts, timeline, now: at("09:10") })).toEqual([
      "planned",
      "Waiting: the start is due at 13:58 (moved at 08:59 to 14:00); an earlier start was sent at 08:58:00",
    ]);
  });

  test("a cancellation: when, and by which rule", async () => {
    const canceled = visit({ status: "canceled" });
    const why = "Its status is On Hold";
    const timeline = await history([at("08:00"), visit()], [at("08:31"), canceled, why]);
    const prompts = [prompt({ state: "superseded" })];
    expect(told({ appointment: canceled, prompts, timeline })).toEqual([
      "canceled",
      "Not sent: the appointment was canceled at 08:31:00 (Its status is On Hold)",
    ]);
  });

  test("a cancellation after the start was sent", async () => {
    const canceled = visit({ status: "canceled" });
    const timeline = await history([at("08:00"), visit()], [at("09:05"), canceled]);
    const given = { prompts: [sent()], deliveries: [delivery()], timeline, now: HALF_PAST_NINE };
    expect(told({ appointment: canceled, ...given })).toEqual([
      "canceled",
      "Sent to Dana's iPhone at 08:58:00, never opened; the appointment was canceled",
    ]);
  });

  test("a visit that was completed before its start was due", async () => {
    const completed = visit({ status: "completed" });
    const timeline = await history([at("07:00"), visit()], [at("08:20"), completed]);
    expect(told({ appointment: completed, prompts: [prompt()], timeline })).toEqual([
      "not-sent",
      "Not sent: the appointment was completed at 08:20:00",
    ]);
  });

  test("one that was canceled and came back counts as standing", async () => {
    const timeline = await history(
      [at("07:00"), visit()],
      [at("07:10"), visit({ status: "canceled" })],
      [at("07:20"), visit()],
    );
    expect(told({ prompts: [prompt()], timeline })).toEqual([
      "planned",
      "Waiting: the start is due at 08:58",
    ]);
  });

  test("parked work is why nothing comes", () => {
    const parked = line("work.parked", "Parked: NO_RECORD. The record was deleted");
    expect(told({ prompts: [prompt()], timeline: [parked] })).toEqual([
      "parked",
      "Parked: NO_RECORD. The record was deleted",
    ]);
    expect(
      told({
        prompts: [sent()],
        deliveries: [delivery()],
        timeline: [parked],
        now: HALF_PAST_NINE,
      }),
    ).toEqual([
      "sent",
      "Sent to Dana's iPhone at 08:58:00, not opened yet; later work for it is parked: NO_RECORD",
    ]);
  });

  test.each([
    "event.applied",
    "event.unchanged",
    "prompt.sent",
  ] as const)("parked work that %s followed was done after all", (kind) => {
    const timeline = [line("work.parked", "Parked: NO_RECORD. Gone"), line(kind, "It came")];
    expect(told({ prompts: [prompt()], timeline })[0]).toBe("planned");
  });

  test("a record that was only ever parked", () => {
    const timeline = [line("work.parked", "Parked: NO_READER. Nothing can be read")];
    expect(summarizeAppointment({ dossier: undefined, timeline, reps: [], nowMs: 0 })).toEqual({
      outlook: "parked",
      summary: "Parked: NO_READER. Nothing can be read",
      summaryTimeZone: "UTC",
    });
  });
});

describe("several reps", () => {
  const both = [
    { ...DANA, devices: [IPHONE] },
    { ...ANN, devices: [] },
  ];
  test("each is told by name, and the one who needs care decides the outlook", () => {
    const appointment = visit({ reps: [DANA, ANN] });
    const due = prompt({ promptId: "p2", userId: ANN.userId, state: "due" });
    const given = { appointment, reps: both, deliveries: [delivery()], now: HALF_PAST_NINE };
    expect(told({ ...given, prompts: [sent(), due] })).toEqual([
      "due",
      "Dana: sent to Dana's iPhone at 08:58:00, not opened yet; Ann: not sent yet: Ann has no device",
    ]);
  });

  test("one it was taken from is told, but does not decide", () => {
    const own = prompt({ promptId: "p2", userId: ANN.userId });
    const reps = [both[1], both[0]].flatMap((rep) => rep ?? []);
    const given = { appointment: visit({ reps: [ANN] }), reps };
    expect(told({ ...given, prompts: [prompt({ state: "superseded" }), own] })).toEqual([
      "planned",
      "Ann: waiting: the start is due at 08:58; Ann has no device; Dana: not sent: the appointment was given to someone else",
    ]);
  });

  test("two that fare alike are told once", () => {
    const appointment = visit({ reps: [DANA, ANN] });
    const reps = both.map((rep) => ({ ...rep, devices: [IPHONE] }));
    const prompts = [prompt(), prompt({ promptId: "p2", userId: ANN.userId })];
    expect(told({ appointment, reps, prompts })[1]).toBe("Waiting: the start is due at 08:58");
  });
});

test("a rep without a name is told by address, then by id", () => {
  const nameless = { userId: DANA.userId, timeZone: ZONE };
  const appointment = visit({ reps: [nameless] });
  const given = { appointment, prompts: [prompt()], devices: [] };
  expect(told(given)[1]).toContain(`rep ${DANA.userId} has no device`);
  const addressed = { ...nameless, email: "dana@example.com", devices: [] };
  expect(told({ ...given, reps: [addressed] })[1]).toContain("dana@example.com has no device");
});
