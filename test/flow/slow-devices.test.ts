import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createTurns } from "../../workers/turns.ts";
import { aVisit, openPipelineStage, type PipelineStage } from "../support/pipeline-stage.ts";
import type { SinkAnswer } from "../support/webhook-sink.ts";

let stage: PipelineStage;

beforeAll(async () => {
  stage = await openPipelineStage({
    acme: { reconcile: { everySeconds: 0 }, schedule: { startLeadSeconds: 0 } },
    turns: createTurns({ most: 1, slowMs: 20, mostSlow: 2 }),
  });
}, 30_000);

afterAll(() => stage.close());

test("devices that hang hold up nobody else: what finds no turn goes by the queue of deliveries", async () => {
  const { org, sink, kit } = stage;
  const [one, two, three, quick] = await Promise.all([1, 2, 3, 4].map(() => stage.aRep()));
  const hanging = [one, two, three];
  let release: (answer: SinkAnswer) => void = () => undefined;
  const answered = new Promise<SinkAnswer>((resolve) => {
    release = resolve;
  });
  sink.answer = ({ path }) =>
    hanging.some((rep) => path.endsWith(`/${rep?.userId}`)) ? answered : { status: 204 };
  const visitOf = (rep: typeof quick) =>
    aVisit(org, { from: -1, until: 60, reps: rep === undefined ? [] : [rep] });
  await stage.tell("ServiceAppointment", hanging.map(visitOf));
  await Promise.all(hanging.map((rep) => rep?.untilSent(["start"])));
  await stage.tell("ServiceAppointment", visitOf(quick));
  await quick?.untilSent(["start"]);
  // The third that hangs found no turn, so it became a job; the first two did not.
  const jobs = await kit.deliveries.queue.getJobs(["active", "delayed", "completed"]);
  expect(jobs.length).toBeGreaterThan(0);
  release({ status: 204 });
}, 60_000);
