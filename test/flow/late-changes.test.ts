import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { notificationId } from "../support/outbound-message.ts";
import {
  aVisit,
  inMinutes,
  openPipelineStage,
  type PipelineStage,
  repIdsOf,
} from "../support/pipeline-stage.ts";

const HOUR_MS = 3_600_000;
let number = 700_000;

/** What a message without stamps looks like: an id alone. */
function idAlone(recordId: string) {
  number += 1;
  return { notifications: [{ id: notificationId(number), fields: { Id: recordId } }] };
}

describe("an org whose clock is ahead of the bridge's", () => {
  let stage: PipelineStage;
  let stampMs = Date.now() + HOUR_MS;

  beforeAll(async () => {
    const nowMs = () => {
      stampMs += 1000;
      return stampMs;
    };
    stage = await openPipelineStage({ stub: { nowMs }, acme: { reconcile: { everySeconds: 0 } } });
  });
  afterAll(() => stage.close());

  test("a message that carries an id alone is read: its arrival is no stamp of the record", async () => {
    const { org } = stage;
    const visit = aVisit(org, { from: 60, until: 120, reps: [await stage.aRep()] });
    await stage.post(idAlone(visit));
    org.store.update(visit, { SchedStartTime: inMinutes(90), SchedEndTime: inMinutes(150) });
    await stage.post(idAlone(visit));
    expect((await stage.appointment(visit)).startAtMs).toBe(inMinutes(90).getTime());
    expect((await stage.timeline(visit)).join("\n")).not.toContain("event.stale");
  });

  test("the same message once more costs nothing", async () => {
    const { org } = stage;
    const visit = aVisit(org, { from: 60, until: 120, reps: [await stage.aRep()] });
    const message = idAlone(visit);
    await stage.post(message);
    org.calls.reset();
    await stage.post(message);
    expect(org.calls.dataCalls).toBe(0);
  });

  test("a message with the record's stamp that was overtaken still costs nothing", async () => {
    const { org } = stage;
    const visit = aVisit(org, { from: 60, until: 120, reps: [await stage.aRep()] });
    await stage.tell("ServiceAppointment", visit);
    org.calls.reset();
    const stamp = new Date(stampMs - HOUR_MS).toISOString();
    const [notification] = idAlone(visit).notifications;
    const fields = { Id: visit, SystemModstamp: stamp };
    await stage.post({ notifications: [{ id: notification?.id ?? "", fields }] });
    expect(org.calls.dataCalls).toBe(0);
    expect((await stage.timeline(visit)).join("\n")).toContain("event.stale");
  });
});

describe("an assignment that a slow transaction shows late", () => {
  let stage: PipelineStage;

  beforeAll(async () => {
    const acme = { reconcile: { everySeconds: 0 }, mapping: { repPolicy: "all" } };
    stage = await openPipelineStage({ acme });
  });
  afterAll(() => stage.close());

  test("is found, though the visit itself changed later and that is known; polls stay at one call", async () => {
    const { org } = stage;
    const [first, late] = [await stage.aRep(), await stage.aRep()];
    const visit = aVisit(org, { from: 60, until: 120, reps: [first] });
    await stage.poll();
    // The stamp that the late row was given, while nobody could see it.
    const [assignment] = org.store.all("AssignedResource");
    const earlier = assignment?.["SystemModstamp"] ?? null;
    org.store.update(visit, { Subject: "Gutter inspection" });
    await stage.tell("ServiceAppointment", visit);
    await stage.poll();
    org.store.insert("AssignedResource", {
      ServiceAppointmentId: visit,
      ServiceResourceId: late.resourceId,
      SystemModstamp: earlier,
    });
    await stage.poll();
    expect(repIdsOf(await stage.appointment(visit)).toSorted()).toEqual(
      [first.userId, late.userId].toSorted(),
    );
    org.calls.reset();
    await stage.poll();
    await stage.poll();
    expect(org.calls.dataCalls).toBe(2);
  });
});
