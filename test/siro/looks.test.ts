import { describe, expect, test } from "@jest/globals";
import { siroWatchSchema } from "../../src/domain/siro-watch.ts";
import { matchReps } from "../../src/siro/match-reps.ts";
import { type LookGround, planLook } from "../../src/siro/plan-look.ts";
import { shareOutEvents } from "../../src/siro/share-out-events.ts";
import { aChange, aLink, aTap, NINE_MS, tokenOf } from "./visits.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const SOON = { soon: ["ann"], late: ["ann"] };
const LATE = { soon: [], late: ["ann"] };
const NOBODY = { soon: [], late: [] };

function look(own: Partial<LookGround>) {
  const marks = { watermarkMs: NINE_MS - MINUTE_MS, lateLookAtMs: NINE_MS - MINUTE_MS };
  return planLook({
    marks,
    watched: SOON,
    settings: siroWatchSchema.parse({}),
    nowMs: NINE_MS,
    ...own,
  });
}

describe("how far a look reaches back", () => {
  test("behind the last one, by the overlap", () => {
    expect(look({})).toEqual({ afterMs: NINE_MS - 6 * MINUTE_MS, isLate: false });
  });

  test("for hours the first time, and now and then", () => {
    const far = { afterMs: NINE_MS - 12 * HOUR_MS, isLate: true };
    expect(look({ marks: {} })).toEqual(far);
    const marks = { watermarkMs: NINE_MS, lateLookAtMs: NINE_MS - 15 * MINUTE_MS };
    expect(look({ marks })).toEqual(far);
  });

  test("never farther than phones are waited for, however long nobody looked", () => {
    const marks = { watermarkMs: NINE_MS - 48 * HOUR_MS, lateLookAtMs: NINE_MS };
    expect(look({ marks })).toEqual({ afterMs: NINE_MS - 12 * HOUR_MS, isLate: false });
  });

  test("not at all while nothing is outstanding, or Siro is to be left alone", () => {
    expect(look({ watched: NOBODY })).toBeUndefined();
    expect(look({ watched: NOBODY, marks: {} })).toBeUndefined();
    expect(look({ marks: { restUntilMs: NINE_MS + 1 } })).toBeUndefined();
    expect(look({ marks: { restUntilMs: NINE_MS } })).toBeDefined();
  });

  test("only now and then for what phones may still report late", () => {
    expect(look({ watched: LATE })).toBeUndefined();
    const marks = { watermarkMs: NINE_MS, lateLookAtMs: NINE_MS - 15 * MINUTE_MS };
    expect(look({ watched: LATE, marks })?.isLate).toBe(true);
  });
});

describe("which reps are which users", () => {
  const user = (siroUserId: string, email: string, isDisabled = false) => ({
    siroUserId,
    email,
    isDisabled,
  });

  test("by e-mail alone, and only where it is certain", () => {
    const users = [
      user("s1", "ann@acme.example"),
      user("s2", "twice@acme.example"),
      user("s3", "twice@acme.example"),
      user("s4", "gone@acme.example", true),
      user("s5", ""),
      user("s6", "shared@acme.example"),
    ];
    const reps = [
      { userId: "ann", email: " Ann@Acme.example" },
      { userId: "shared", email: "shared@acme.example" },
      { userId: "shared-too", email: "Shared@acme.example " },
      { userId: "twice", email: "twice@acme.example" },
      { userId: "gone", email: "gone@acme.example" },
      { userId: "nameless" },
    ];
    expect(matchReps(users, reps)).toEqual({ ann: "s1" });
  });
});

describe("whose events they are", () => {
  const token = tokenOf("ann");
  const findRepByLink = async (link: string) => (link.includes(token) ? "ann" : undefined);
  const share = async (
    siroUserIds: Readonly<Record<string, string>>,
    ...events: Parameters<typeof shareOutEvents>[1]
  ) =>
    (await shareOutEvents({ siroUserIds, findRepByLink }, events)).map(
      ({ userId, events: own }) => `${userId} ${own.length}`,
    );

  test("the rep's who is that user; of two reps with one address, both", async () => {
    const events = [aChange("start", { by: "s1" }), aChange("start", { by: "s2" })];
    expect(await share({ ann: "s1", bob: "s1", cid: "s3" }, ...events)).toEqual(["ann 1", "bob 1"]);
  });

  test("of an unknown user, all go to the rep whose token one of the links holds", async () => {
    const events = [
      aTap("received", aLink({ token }), { by: "s9" }),
      aChange("start", { by: "s9" }),
      aChange("start", { by: "s8" }),
    ];
    expect(await share({}, ...events)).toEqual(["ann 2"]);
    expect(await share({ ann: "s1" }, ...events)).toEqual([]);
  });

  test("without any user, a link with a token still finds its rep", async () => {
    const events = [
      aTap("received", aLink({ token }), { by: "" }),
      aTap("received", aLink(), { by: "" }),
    ];
    expect(await share({ ann: "s1" }, ...events)).toEqual(["ann 1"]);
  });
});
