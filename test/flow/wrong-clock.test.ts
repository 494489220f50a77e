import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { ACME, aVisitEvent, type BridgeProcess, startBridge } from "../support/bridge-process.ts";
import { DANA } from "../support/builders.ts";
import { until } from "../support/until.ts";
import { startWebhookSink, type WebhookSink } from "../support/webhook-sink.ts";

/** Receivers of Standard Webhooks refuse what is more than five minutes off. */
const AHEAD_MS = 12 * 60_000;
const ARRIVED_TIMEOUT_MS = 25_000;

const dir = mkdtempSync(join(tmpdir(), "siro-bridge-clock-"));
let sink: WebhookSink;
let bridge: BridgeProcess;

beforeAll(async () => {
  const clockFile = join(dir, "clock");
  writeFileSync(clockFile, String(AHEAD_MS));
  const preload = pathToFileURL(resolve("dist/chaos/programs/shift-clock.js")).href;
  sink = await startWebhookSink();
  bridge = await startBridge({
    env: { NODE_OPTIONS: `--import=${preload}`, CHAOS_CLOCK_FILE: clockFile },
  });
}, 90_000);

afterAll(async () => {
  await bridge?.cleanUp();
  await sink?.stop();
  rmSync(dir, { recursive: true, force: true });
});

test("what a machine signs whose clock is twelve minutes ahead is genuine: it carries the store's time", async () => {
  const rep = { ...DANA, userId: "0055f00000Cl0ckAAA" };
  await bridge.enrolSink(rep, sink);
  await bridge.api(`/reps/${ACME.name}/${rep.userId}/test-prompt`, { method: "POST" });
  const visit = { recordId: "08p5f00000Cl0ckAAA", startsIn: 3, endsIn: 3600, reps: [rep] };
  const answer = await fetch(`${bridge.url}/webhooks/events/${ACME.name}`, {
    method: "POST",
    // A signature would carry the true time, which this machine takes for an old one.
    headers: {
      authorization: `Bearer ${ACME.webhookSecret}`,
      "content-type": "application/json",
    },
    body: JSON.stringify(aVisitEvent(visit)),
  });
  expect(answer.status).toBe(202);
  await until(() => sink.arrived.some(({ type }) => type === "prompt.due"), {
    timeoutMs: ARRIVED_TIMEOUT_MS,
    what: "the start prompt",
  });
  expect(sink.arrived.map(({ type, isGenuine }) => ({ type, isGenuine }))).toEqual([
    { type: "prompt.test", isGenuine: true },
    { type: "prompt.due", isGenuine: true },
  ]);
});
