import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { type CoverageCounts, tallyCoverage } from "../../src/admin/coverage.ts";
import { writeCsv } from "../../src/admin/csv.ts";
import type { AppointmentDossier } from "../../src/books/appointment-book.ts";
import type { Appointment } from "../../src/domain/appointment.ts";
import type { Prompt } from "../../src/domain/prompt.ts";
import {
  type AdminServer,
  type AdminStore,
  bodyOf,
  startAdmin,
  startStore,
} from "./admin-server.ts";
import { anAppointment, aPrompt, REP, storeAppointment, storePrompts } from "./state.ts";

const NINE_MS = Date.parse("2026-11-23T09:00:00Z");
const NOON_MS = Date.parse("2026-11-23T12:00:00Z");
const OTHER = { userId: "0055f00000XyZaEAAV", email: "omar@example.com", name: "Omar Rep" };
const SEEN = { certainty: "token", seenAtMs: NINE_MS } as const;

function aDossier(appointment: Appointment, prompts: readonly Prompt[]): AppointmentDossier {
  return {
    stored: {
      appointment,
      version: { occurredAtMs: 0, readAtMs: 0, eventId: "e" },
      contentHash: "h",
      knownUserIds: [],
    },
    prompts,
    deliveries: [],
    receipts: [],
  };
}

/** The counts of one visit at nine, looked at by noon. */
function countsOf(prompts: readonly Prompt[], own: Partial<Appointment> = {}): CoverageCounts[] {
  const tally = tallyCoverage(NOON_MS);
  tally.add("acme", aDossier(anAppointment({ startAtMs: NINE_MS, ...own }), prompts));
  return tally.rows().map(({ visits, startSent, confirmed, notConfirmed, open, notSent }) => ({
    ...{ visits, startSent, confirmed, notConfirmed, open, notSent },
  }));
}

const NONE = { visits: 1, startSent: 0, confirmed: 0, notConfirmed: 0, open: 0, notSent: 0 };
const SENT = { ...NONE, startSent: 1 };
const sent = (own: Partial<Prompt> = {}) => aPrompt({ state: "sent", sentAtMs: 1, ...own });

describe("one visit", () => {
  test("is confirmed, not confirmed, open, or its start was not sent", () => {
    expect(countsOf([sent({ recording: SEEN })])).toEqual([{ ...SENT, confirmed: 1 }]);
    expect(countsOf([sent({ notConfirmedAtMs: 5 })])).toEqual([{ ...SENT, notConfirmed: 1 }]);
    expect(countsOf([sent()])).toEqual([{ ...SENT, open: 1 }]);
    expect(countsOf([aPrompt({ state: "expired" })])).toEqual([{ ...NONE, notSent: 1 }]);
    expect(countsOf([])).toEqual([{ ...NONE, notSent: 1 }]);
  });

  test("evidence that comes later outweighs it, and one confirmed start is enough", () => {
    const late = sent({ notConfirmedAtMs: 5, recording: SEEN });
    expect(countsOf([late])).toEqual([{ ...SENT, confirmed: 1 }]);
    const restart = sent({ action: "restart", recording: SEEN });
    expect(countsOf([sent({ notConfirmedAtMs: 5 }), restart])).toEqual([{ ...SENT, confirmed: 1 }]);
  });

  test("a stop alone is no start", () => {
    const stop = sent({ action: "stop", recording: SEEN });
    expect(countsOf([stop])).toEqual([{ ...NONE, notSent: 1 }]);
  });

  test("to come, or canceled, it counts only when its start was sent", () => {
    const startAtMs = NOON_MS + 60_000;
    expect(countsOf([aPrompt({ state: "waiting" })], { startAtMs })).toEqual([]);
    expect(countsOf([sent()], { startAtMs })).toEqual([{ ...SENT, open: 1 }]);
    expect(countsOf([], { status: "canceled" })).toEqual([]);
    expect(countsOf([sent()], { status: "canceled" })).toEqual([{ ...SENT, open: 1 }]);
  });
});

describe("many visits", () => {
  test("are counted by rep and by the day on the rep's calendar, and summed up", () => {
    const tally = tallyCoverage(NOON_MS);
    const denver = { ...REP, timeZone: "America/Denver" };
    const early = Date.parse("2026-11-23T05:00:00Z");
    tally.add(
      "acme",
      aDossier(anAppointment({ startAtMs: early, reps: [denver, OTHER] }), [sent()]),
    );
    tally.add("acme", aDossier(anAppointment({ startAtMs: NINE_MS, reps: [OTHER] }), []));
    tally.add("acme", undefined);
    expect(tally.rows()).toMatchObject([
      { day: "2026-11-22", userId: REP.userId, timeZone: "America/Denver", visits: 1, open: 1 },
      { day: "2026-11-23", userId: OTHER.userId, timeZone: "UTC", visits: 2, notSent: 2 },
    ]);
    expect(tally.totals()).toMatchObject([
      { connection: "acme", day: "2026-11-22", visits: 1, startSent: 1, open: 1 },
      { connection: "acme", day: "2026-11-23", visits: 2, startSent: 0, notSent: 2 },
    ]);
  });

  test("are summed up by team: the one a rep is in now, else that of the visit, else none", () => {
    const tally = tallyCoverage(NOON_MS, (connection, userId) =>
      connection === "acme" && userId === REP.userId ? "West" : undefined,
    );
    const reps = [{ ...REP, team: "North" }, OTHER];
    tally.add("acme", aDossier(anAppointment({ startAtMs: NINE_MS, reps }), [sent()]));
    tally.add("acme", aDossier(anAppointment({ startAtMs: NINE_MS, reps: [REP] }), []));
    tally.add("beta", aDossier(anAppointment({ startAtMs: NINE_MS, reps }), []));
    const day = "2026-11-23";
    expect(tally.rows().map(({ connection, team, userId }) => [connection, team, userId])).toEqual([
      ["acme", "", OTHER.userId],
      ["acme", "West", REP.userId],
      ["beta", "", OTHER.userId],
      ["beta", "North", REP.userId],
    ]);
    expect(tally.teams()).toEqual([
      { ...NONE, connection: "acme", day, team: "", notSent: 1 },
      { ...SENT, connection: "acme", day, team: "West", visits: 2, open: 1, notSent: 1 },
      { ...NONE, connection: "beta", day, team: "", notSent: 1 },
      { ...NONE, connection: "beta", day, team: "North", notSent: 1 },
    ]);
    expect(tally.totals()).toMatchObject([
      { connection: "acme", visits: 3 },
      { connection: "beta", visits: 2 },
    ]);
  });

  test("a rep from whom the visit was taken keeps the start that was sent", () => {
    const tally = tallyCoverage(NOON_MS);
    const taken = anAppointment({ startAtMs: NINE_MS, reps: [OTHER] });
    tally.add("acme", aDossier(taken, [sent({ notConfirmedAtMs: 5 })]));
    expect(tally.rows()).toMatchObject([
      { userId: REP.userId, notConfirmed: 1 },
      { userId: OTHER.userId, notSent: 1 },
    ]);
  });
});

describe("CSV", () => {
  test("quotes what needs it and ends lines with CRLF", () => {
    const rows = [
      ["a", 'say "hi"'],
      ["b,c", "two\r\nlines"],
    ];
    expect(writeCsv(rows)).toBe('a,"say ""hi"""\r\n"b,c","two\r\nlines"\r\n');
  });

  test("defuses what a spreadsheet takes for a formula, and leaves numbers alone", () => {
    const cells = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", -1, "a=b"];
    expect(writeCsv([cells])).toBe("'=1+1,'+1,'-1,'@SUM(A1),'\t=1,-1,a=b\r\n");
    expect(writeCsv([["＝1+1", "＠SUM(A1)"]])).toBe("'＝1+1,'＠SUM(A1)\r\n");
    expect(writeCsv([['=HYPERLINK("x","y")']])).toBe(`"'=HYPERLINK(""x"",""y"")"\r\n`);
  });
});

describe("the call", () => {
  let store: AdminStore;
  let admin: AdminServer;

  beforeAll(async () => {
    store = await startStore();
    admin = await startAdmin(store, { nowMs: () => NOON_MS });
  });
  beforeEach(() => store.redis.flushall());
  afterAll(async () => {
    await admin.stop();
    await store.stop();
    expect(admin.reported).toEqual([]);
  });

  async function storeVisit(recordId: string, startAtMs: number, own: Partial<Prompt>) {
    const reps = [{ ...REP, name: "=Rita, the rep", team: "North" }];
    await storeAppointment(store.redis, anAppointment({ recordId, startAtMs, reps }));
    await storePrompts(store.redis, [aPrompt({ recordId, state: "sent", sentAtMs: 1, ...own })]);
  }

  test("answers with rows and totals, and as a file that can be opened safely", async () => {
    await storeVisit("08p5f000000AbC1AAK", NINE_MS, { recording: SEEN });
    await storeVisit("08p5f000000AbC2AAK", NINE_MS + 1, { notConfirmedAtMs: 5 });
    await storeVisit("08p5f000000AbC3AAK", NINE_MS - 10 * 86_400_000, {});
    const body = await bodyOf(await admin.api("/coverage?connection=acme"));
    const counts = { visits: 2, startSent: 2, confirmed: 1, notConfirmed: 1, open: 0, notSent: 0 };
    expect(body.rows).toEqual([
      expect.objectContaining({ ...counts, connection: "acme", day: "2026-11-23" }),
    ]);
    expect(body.totals).toEqual([{ ...counts, connection: "acme", day: "2026-11-23" }]);
    const csv = await admin.api("/coverage?connection=acme&format=csv");
    expect(csv.headers.get("content-type")).toMatch(/^text\/csv; charset=utf-8/);
    expect(csv.headers.get("content-disposition")).toMatch(/^attachment; filename="coverage-2026-/);
    const [header, ...lines] = (await csv.text()).split("\r\n");
    expect(header).toContain("start sent,recording confirmed,not confirmed,no sign yet,not sent");
    expect(header).not.toContain("not recorded");
    expect(lines).toEqual([
      `acme,2026-11-23,UTC,North,${REP.userId},"'=Rita, the rep",${REP.email},2,2,1,1,0,0`,
      "",
    ]);
    expect(body.teams).toEqual([
      { ...counts, connection: "acme", day: "2026-11-23", team: "North" },
    ]);
  });

  test("counts a rep in the team that the operators say, and has a line per team", async () => {
    await storeVisit("08p5f000000AbC1AAK", NINE_MS, { recording: SEEN });
    const said = { ...REP, name: "Rita Rep", team: " =West " };
    const posted = await admin.api("/reps/acme", { method: "POST", body: said });
    expect([posted.status, await bodyOf(posted)]).toEqual([201, { ...said, team: "=West" }]);
    const listed = await bodyOf(await admin.api("/reps/acme"));
    expect(listed.items).toMatchObject([{ userId: REP.userId, team: "=West" }]);
    const { rows } = await bodyOf(await admin.api("/coverage"));
    expect(rows).toMatchObject([{ userId: REP.userId, team: "=West", confirmed: 1 }]);
    const csv = await admin.api("/coverage?format=csv&by=team");
    expect(await csv.text()).toBe(
      "connection,day,team,visits,start sent,recording confirmed,not confirmed,no sign yet,not sent\r\n" +
        "acme,2026-11-23,'=West,1,1,1,0,0,0\r\n",
    );
    // Without a team in the body the one that is known stays.
    await admin.api("/reps/acme", { method: "POST", body: { ...REP, name: "Rita Rep", team: "" } });
    expect((await bodyOf(await admin.api("/reps/acme"))).items).toMatchObject([{ team: "=West" }]);
    expect((await admin.api("/coverage?by=boss")).status).toBe(400);
    const long = await admin.api("/reps/acme", {
      method: "POST",
      body: { ...REP, name: "Rita Rep", team: "x".repeat(201) },
    });
    expect(long.status).toBe(400);
  });

  test("counts anew what changed since the question before, and forgets what is gone", async () => {
    const totals = async () => (await bodyOf(await admin.api("/coverage"))).totals;
    await storeVisit("08p5f000000AbC1AAK", NINE_MS, {});
    await storeVisit("08p5f000000AbC2AAK", NINE_MS, {});
    expect(await totals()).toMatchObject([{ visits: 2, open: 2, confirmed: 0 }]);
    await storePrompts(store.redis, [
      aPrompt({ recordId: "08p5f000000AbC1AAK", state: "sent", sentAtMs: 1, recording: SEEN }),
    ]);
    expect(await totals()).toMatchObject([{ visits: 2, open: 1, confirmed: 1 }]);
    await store.redis.flushall();
    expect(await totals()).toEqual([]);
  });

  test("takes both ends of a span, and refuses one that is too long", async () => {
    await storeVisit("08p5f000000AbC1AAK", NINE_MS, {});
    const of = async (from: string, to: string) =>
      (await bodyOf(await admin.api(`/coverage?from=${from}&to=${to}`))).rows.length;
    expect(await of("2026-11-23T09:00:00Z", "2026-11-23T09:00:01Z")).toBe(1);
    expect(await of("2026-11-23T08:00:00Z", "2026-11-23T09:00:00Z")).toBe(0);
    const long = await admin.api("/coverage?from=2026-01-01T00:00:00Z&to=2026-03-01T00:00:00Z");
    expect(long.status).toBe(400);
    const back = await admin.api("/coverage?from=2026-11-23T00:00:00Z&to=2026-11-22T00:00:00Z");
    expect(back.status).toBe(400);
    expect((await admin.api("/coverage?connection=nobody")).status).toBe(404);
    expect((await admin.call("/admin/api/coverage")).status).toBe(401);
  });

  test("looks at every visit of a span, more than are read at once", async () => {
    for (let at = 0; at < 130; at += 1) {
      const recordId = `08p5f00000${String(at).padStart(5, "0")}AAA`;
      await storeVisit(recordId, NINE_MS + (at % 3), {});
    }
    const { totals } = await bodyOf(await admin.api("/coverage"));
    expect(totals).toMatchObject([{ visits: 130, startSent: 130, open: 130 }]);
  });
});
