import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { readTimeline } from "../../src/books/timeline-book.ts";
import { anAppointment, storeAppointment } from "../admin/state.ts";
import { recordId } from "../support/outbound-message.ts";
import { until } from "../support/until.ts";
import { type LadderStage, openLadderStage } from "./ladder-stage.ts";

let stage: LadderStage;
let drawn = 0;

beforeAll(async () => {
  stage = await openLadderStage();
}, 30_000);
afterAll(() => stage.close());

/** A record id and a name that no other test uses. */
function draw() {
  drawn += 1;
  return { visitId: `${recordId("08p", drawn)}AAA`, name: `rep-${drawn}` };
}

/** What a phone was sent, by the links' actions. */
function sentTo(topic: string): readonly string[] {
  return stage.ntfy.published
    .filter((one) => one.topic === topic)
    .map(({ click = "" }) => new URL(click).searchParams.get("action") ?? "");
}

function mailsTo(name: string): number {
  return stage.mails.arrived.filter(({ to }) => to.includes(`${name}@acme.example`)).length;
}

describe("the ladder, climbed", () => {
  test("nobody answers: primary, others, mail, each at its rung; the integration at once", async () => {
    const { visitId, name } = draw();
    const rep = await stage.aRep("quick");
    const other = await rep.phone(`${name}-tablet`);
    const primary = await rep.phone(name, true);
    const mail = await rep.mailbox(name);
    const integration = await rep.integration(`/${name}`);
    await rep.book({ recordId: visitId });
    const start = await rep.untilFired(visitId, "start");
    const firedAtMs = start.firedAtMs ?? 0;
    const afterMs = async (deviceId: string) =>
      (await rep.untilState(start, deviceId, "accepted")) - firedAtMs;
    expect(await afterMs(integration)).toBeLessThan(1900);
    expect(await afterMs(primary)).toBeLessThan(1900);
    const [second, third] = [await afterMs(other), await afterMs(mail)];
    expect(second).toBeGreaterThanOrEqual(1990);
    expect(third).toBeGreaterThanOrEqual(2990);
    expect([sentTo(name), sentTo(`${name}-tablet`), mailsTo(name)]).toEqual([
      ["start"],
      ["start"],
      1,
    ]);
  });

  test("a rep with mail alone is not made to wait for rungs that reach nobody", async () => {
    const { visitId, name } = draw();
    const rep = await stage.aRep("slow");
    const mail = await rep.mailbox(name);
    const integration = await rep.integration(`/${name}`);
    await rep.book({ recordId: visitId });
    const start = await rep.untilFired(visitId, "start");
    await rep.untilState(start, mail, "accepted");
    await rep.untilState(start, integration, "accepted");
    expect(mailsTo(name)).toBe(1);
  });

  test("a primary that is gone is not waited for; what comes after the next rung still is", async () => {
    const { visitId, name } = draw();
    const rep = await stage.aRep("slow");
    const primary = await rep.phone(name, true);
    const tablet = await rep.phone(`${name}-tablet`);
    const mail = await rep.mailbox(name);
    stage.ntfy.answerNext({ status: 400, code: 40009 });
    await rep.book({ recordId: visitId });
    const start = await rep.untilFired(visitId, "start");
    await rep.untilState(start, primary, "gone");
    await rep.untilState(start, tablet, "accepted");
    const waiting = await stage.kit.deliveries.queue.getJobs(["delayed"]);
    const ids = waiting.map(({ id }) => id).filter((id) => id?.startsWith(start.promptId));
    expect(ids).toEqual([`${start.promptId}-${mail}`]);
  });

  test("a crash between two rungs loses none", async () => {
    const { visitId, name } = draw();
    const rep = await stage.aRep("quick");
    const tablet = await rep.phone(`${name}-tablet`);
    const primary = await rep.phone(name, true);
    await rep.book({ recordId: visitId });
    const start = await rep.untilFired(visitId, "start");
    await rep.untilState(start, primary, "accepted");
    await stage.crash();
    await rep.untilState(start, tablet, "accepted");
    expect([sentTo(name), sentTo(`${name}-tablet`)]).toEqual([["start"], ["start"]]);
  });

  test("a visit that is called off between two rungs: the next device never hears of its start", async () => {
    const { visitId, name } = draw();
    const rep = await stage.aRep("quick");
    const tablet = await rep.phone(`${name}-tablet`);
    const primary = await rep.phone(name, true);
    await rep.book({ recordId: visitId });
    const start = await rep.untilFired(visitId, "start");
    await rep.untilState(start, primary, "accepted");
    await rep.book({ recordId: visitId, status: "canceled" });
    await rep.untilState(start, tablet, "withdrawn");
    const stop = await rep.untilFired(visitId, "stop");
    await rep.untilState(stop, tablet, "accepted");
    expect([sentTo(name), sentTo(`${name}-tablet`)]).toEqual([["start", "stop"], ["stop"]]);
  });
});

describe("the ladder, once the rep answered", () => {
  test("later rungs are spared, and the timeline says why", async () => {
    const { visitId, name } = draw();
    const rep = await stage.aRep("quick");
    const tablet = await rep.phone(`${name}-tablet`);
    const primary = await rep.phone(name, true);
    const mail = await rep.mailbox(name);
    await rep.book({ recordId: visitId });
    const start = await rep.untilFired(visitId, "start");
    await rep.untilState(start, primary, "accepted");
    await stage.desk.recordOpened(rep, start.promptId);
    await rep.untilState(start, tablet, "spared");
    await rep.untilState(start, mail, "spared");
    expect([sentTo(`${name}-tablet`), mailsTo(name)]).toEqual([[], 0]);
    const timeline = await readTimeline(stage.kit.redis, { ...rep, recordId: visitId });
    const spared = timeline.filter(({ kind }) => kind === "delivery.spared");
    expect(spared.map(({ deviceId }) => deviceId)).toEqual([tablet, mail]);
  });

  test("what the other devices show goes away; the one in the hand keeps it", async () => {
    const { visitId, name } = draw();
    const rep = await stage.aRep("quick");
    const tablet = await rep.phone(`${name}-tablet`);
    const primary = await rep.phone(name, true);
    await rep.book({ recordId: visitId });
    const start = await rep.untilFired(visitId, "start");
    await rep.untilState(start, tablet, "accepted");
    expect(stage.ntfy.shown(`${name}-tablet`)).toHaveLength(1);
    await stage.desk.recordOpened(rep, start.promptId, primary);
    await until(() => stage.ntfy.shown(`${name}-tablet`).length === 0, {
      timeoutMs: 5000,
      what: "the tablet to be cleared",
    });
    expect(stage.ntfy.shown(name)).toHaveLength(1);
    await until(
      async () =>
        (await readTimeline(stage.kit.redis, { ...rep, recordId: visitId })).some(
          ({ kind, deviceId }) => kind === "delivery.cleared" && deviceId === tablet,
        ),
      { timeoutMs: 5000, what: "the timeline to tell of it" },
    );
  });

  test("a visit that is called off and gets no stop, because the next one begins, is cleared", async () => {
    const { visitId, name } = draw();
    const { visitId: nextId } = draw();
    const rep = await stage.aRep("slow");
    const primary = await rep.phone(name, true);
    await rep.book({ recordId: visitId });
    const start = await rep.untilFired(visitId, "start");
    await rep.untilState(start, primary, "accepted");
    const { connection, userId } = rep;
    const both = [
      { recordId: visitId, status: "canceled" },
      { recordId: nextId, status: "in-progress" },
    ] as const;
    for (const visit of both) {
      const appointment = anAppointment({ ...visit, reps: [{ userId }] });
      await storeAppointment(stage.kit.redis, appointment, connection);
    }
    const settings = stage.kit.config.connections.get(connection);
    expect(settings && (await stage.kit.planRep({ connection: settings, userId }))).toMatchObject({
      added: expect.arrayContaining([expect.objectContaining({ action: "restart" })]),
    });
    const restart = await rep.untilFired(nextId, "restart");
    await rep.untilState(restart, primary, "accepted");
    await until(() => stage.ntfy.shown(name).length === 1, {
      timeoutMs: 5000,
      what: "the phone to show the restart alone",
    });
    expect(sentTo(name)).toEqual(["start", "restart"]);
  });

  test("a visit that moves away after its start was sent is cleared", async () => {
    const { visitId, name } = draw();
    const rep = await stage.aRep("slow");
    const primary = await rep.phone(name, true);
    await rep.book({ recordId: visitId });
    await rep.untilState(await rep.untilFired(visitId, "start"), primary, "accepted");
    expect(stage.ntfy.shown(name)).toHaveLength(1);
    await rep.book({ recordId: visitId, from: 300 });
    await until(() => stage.ntfy.shown(name).length === 0, {
      timeoutMs: 5000,
      what: "the phone to show nothing",
    });
  });

  test("what nobody followed goes away at its expiry; an integration costs no job for that", async () => {
    const { visitId, name } = draw();
    const rep = await stage.aRep("brief");
    const primary = await rep.phone(name, true);
    const integration = await rep.integration(`/${name}`);
    await rep.book({ recordId: visitId });
    await rep.untilState(await rep.untilFired(visitId, "start"), primary, "accepted");
    await rep.book({ recordId: visitId, status: "canceled" });
    const stop = await rep.untilFired(visitId, "stop");
    await rep.untilState(stop, primary, "accepted");
    await rep.untilState(stop, integration, "accepted");
    expect(stage.ntfy.shown(name)).toHaveLength(1);
    await until(() => stage.ntfy.shown(name).length === 0, {
      timeoutMs: 8000,
      what: "the phone to show nothing",
    });
    const { queue } = stage.kit.deliveries;
    expect(await queue.getJob(`expired-${stop.promptId}-${primary}`)).toBeDefined();
    expect(await queue.getJob(`expired-${stop.promptId}-${integration}`)).toBeUndefined();
  });

  test("a restart is never sent again: not by a retry, not by a rung, not by a replay", async () => {
    const [first, second] = [draw(), draw()];
    const rep = await stage.aRep("quick");
    const tablet = await rep.phone(`${second.name}-tablet`);
    const primary = await rep.phone(second.name, true);
    await rep.book({ recordId: first.visitId });
    const start = await rep.untilFired(first.visitId, "start");
    await rep.untilState(start, tablet, "accepted");
    stage.ntfy.answerNext({ status: 503 });
    await rep.book({ recordId: second.visitId, status: "in-progress" });
    const restart = await rep.untilFired(second.visitId, "restart");
    await rep.untilState(restart, primary, "retrying");
    await stage.desk.recordOpened(rep, restart.promptId);
    await rep.untilState(restart, primary, "spared");
    await rep.untilState(restart, tablet, "spared");
    const again = { ...rep.refOf(restart), deviceId: primary };
    await stage.kit.deliveries.replay(again, `again-${restart.promptId}`);
    await until(
      async () =>
        (await stage.kit.deliveries.queue.getJob(`again-${restart.promptId}`))?.finishedOn,
      { timeoutMs: 5000, what: "the replay to end" },
    );
    expect([sentTo(second.name), sentTo(`${second.name}-tablet`)]).toEqual([["start"], ["start"]]);
  });
});
