import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { confirmationOf } from "../../src/domain/prompt.ts";
import { drawVisit, openSiroStage, type SiroRep, type SiroStage } from "./siro-stage.ts";

/** Two seconds in place of minutes. */
const CONFIRM_MINUTES = 2 / 60;

let stage: SiroStage;

beforeAll(async () => {
  stage = await openSiroStage({ siro: { confirmMinutes: CONFIRM_MINUTES } });
}, 30_000);
afterEach(() => stage.siro.faults.clear());
afterAll(() => stage.close());

/** A rep whose start has arrived on a tablet; the phone would be asked ten minutes later. */
async function aVisit(): Promise<{ visit: string; rep: SiroRep; link: string }> {
  const visit = drawVisit();
  const rep = await stage.aRep();
  await rep.device(`tablet-${visit}`);
  await stage.book({ recordId: visit, from: 1, until: 3600, reps: [rep] });
  return { visit, rep, link: await rep.untilLink(visit, "start") };
}

function untilNotConfirmed(visit: string) {
  return stage.untilPrompt(
    visit,
    "the start to be not confirmed",
    ({ notConfirmedAtMs }) => notConfirmedAtMs !== undefined,
  );
}

async function confirmation(visit: string): Promise<string | undefined> {
  const [start] = await stage.prompts(visit, "start");
  return start && confirmationOf(start);
}

describe("a start that nothing confirms", () => {
  test("goes to every device that was not tried, then counts as not confirmed; evidence that comes later outweighs that", async () => {
    const { visit, rep, link } = await aVisit();
    expect([await confirmation(visit), rep.asked()]).toEqual(["unknown", []]);
    await untilNotConfirmed(visit);
    expect(await confirmation(visit)).toBe("not-confirmed");
    await stage.untilDelivered(visit, 2);
    expect(rep.asked()).toEqual(["start"]);
    await rep.siro.phone.tap(link);
    await stage.untilRung(visit, "recording");
    expect(await confirmation(visit)).toBe("confirmed");
    const lines = (await stage.timeline(visit)).join("\n");
    expect(lines).toContain("prompt.not-confirmed: Not confirmed: Siro told of no recording");
    expect(lines).toContain("confirmed after all");
    expect(lines).not.toMatch(/not recorded/i);
  }, 30_000);

  test("that the rep followed is not brought to other devices, but is not confirmed either", async () => {
    const { visit, rep, link } = await aVisit();
    rep.siro.phone.hasMicrophone = false;
    await rep.siro.phone.tap(link);
    await stage.untilRung(visit, "consumed");
    await untilNotConfirmed(visit);
    await stage.untilSpared(visit);
    expect(rep.asked()).toEqual([]);
  }, 30_000);

  test("one that was confirmed is left alone", async () => {
    const { visit, rep, link } = await aVisit();
    await rep.siro.phone.tap(link);
    await stage.untilRung(visit, "recording");
    await stage.untilJudged();
    expect([await confirmation(visit), rep.asked()]).toEqual(["confirmed", []]);
  }, 30_000);

  test("a crash in between does not lose the judgement", async () => {
    const { visit } = await aVisit();
    await stage.crash();
    await untilNotConfirmed(visit);
  }, 30_000);

  test("a visit that was called off is not judged", async () => {
    const { visit, rep } = await aVisit();
    const gone = { recordId: visit, from: 1, until: 3600, reps: [rep], status: "canceled" };
    await stage.book(gone);
    await stage.untilJudged();
    expect(await confirmation(visit)).toBe("unknown");
  }, 30_000);
});

describe("while Siro cannot be asked", () => {
  test("nothing is judged: its silence says nothing", async () => {
    stage.siro.faults.inject({ kind: "status", status: 500 }, { times: "forever" });
    const { visit, rep } = await aVisit();
    await stage.untilNoted("SIRO_UNAVAILABLE");
    await stage.untilJudgedAgain(visit);
    expect([await confirmation(visit), rep.asked()]).toEqual(["unknown", []]);
    stage.siro.faults.clear();
    await untilNotConfirmed(visit);
  }, 40_000);
});
