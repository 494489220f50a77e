import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ACME, type BridgeProcess, readJson, startBridge } from "../support/bridge-process.ts";
import { anOutboundMessage, notificationId, recordId } from "../support/outbound-message.ts";
import { until } from "../support/until.ts";

let bridge: BridgeProcess;

beforeAll(async () => {
  bridge = await startBridge();
}, 90_000);

afterAll(async () => {
  await bridge.cleanUp();
});

/** A message about `count` records, numbered from `first`, with a field nobody may see. */
function aMessage(first: number, count: number): string {
  return anOutboundMessage({
    notifications: Array.from({ length: count }, (_, at) => ({
      id: notificationId(first + at),
      fields: { Id: recordId("08p", first + at), Subject: "Private words of a customer" },
    })),
  });
}

function post(body: string): Promise<Response> {
  return fetch(`${bridge.url}/webhooks/salesforce/${ACME.name}/${ACME.webhookSecret}`, {
    method: "POST",
    headers: { "content-type": "text/xml; charset=utf-8", soapaction: '""' },
    body,
    signal: AbortSignal.timeout(5000),
  });
}

/** Sends a message the way Salesforce does: again and again until it is acknowledged. */
async function sendUntilAcked(body: string): Promise<void> {
  await until(async () => (await (await post(body)).text()).includes("<Ack>true</Ack>"), {
    timeoutMs: 20_000,
    what: "the acknowledgment",
  });
}

/** How often each of these notifications was parked: without a reader every event ends there, once. */
async function parkedTimes(first: number, count: number): Promise<readonly number[]> {
  const times = new Map<string, number>();
  let cursor: string | null = null;
  do {
    const query = cursor === null ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const page = await readJson(
      await bridge.api(`/parked?connection=${ACME.name}&limit=100${query}`),
    );
    for (const { recordId: parkedId } of page.items) {
      times.set(parkedId.slice(0, 15), (times.get(parkedId.slice(0, 15)) ?? 0) + 1);
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
  return Array.from({ length: count }, (_, at) => times.get(recordId("08p", first + at)) ?? 0);
}

async function untilParkedOnce(first: number, count: number): Promise<void> {
  await until(async () => (await parkedTimes(first, count)).every((times) => times >= 1), {
    timeoutMs: 20_000,
    what: `${count} notifications to be parked`,
  });
  expect(await parkedTimes(first, count)).toEqual(Array(count).fill(1));
}

describe("the receiver, as a whole bridge", () => {
  test("6. a message of 100 notifications is acked well under a second, stored in Redis", async () => {
    const times: number[] = [];
    for (let at = 0; at < 10; at += 1) {
      const startedMs = performance.now();
      expect(await (await post(aMessage(10_000 + at * 100, 100))).text()).toContain(
        "<Ack>true</Ack>",
      );
      times.push(performance.now() - startedMs);
    }
    expect(Math.max(...times)).toBeLessThan(1000);
  });

  test("9. a web process killed while it works on a message: the resend yields one event each", async () => {
    const message = aMessage(20_000, 50);
    const first = post(message).catch(() => undefined);
    process.kill(bridge.childPid("web"), "SIGKILL");
    await first;
    await sendUntilAcked(message);
    await untilParkedOnce(20_000, 50);
  });

  test("10. the same message eight times at once: one event each", async () => {
    const message = aMessage(30_000, 20);
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(message)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    await untilParkedOnce(30_000, 20);
  });

  test("33. the list of parked events shows no field of a record", async () => {
    const list = await (await bridge.api(`/parked?connection=${ACME.name}`)).text();
    expect(list).toContain("NO_READER");
    expect(list).not.toContain("Private words");
    expect(bridge.output()).not.toContain("Private words");
  });

  test("40. with Redis frozen readiness turns red and nothing is acked; afterwards all is well", async () => {
    const redisPid = bridge.childPid("redis");
    process.kill(redisPid, "SIGSTOP");
    try {
      const startedMs = performance.now();
      const answer = await post(aMessage(40_000, 3));
      expect(answer.status).toBe(503);
      expect(await answer.text()).not.toContain("Ack");
      expect(performance.now() - startedMs).toBeLessThan(2000);
      await until(async () => (await fetch(`${bridge.url}/readyz`)).status === 503, {
        timeoutMs: 5000,
        what: "readiness to turn red",
      });
      expect((await fetch(`${bridge.url}/healthz`)).status).toBe(200);
    } finally {
      process.kill(redisPid, "SIGCONT");
    }
    await bridge.untilReady();
    await sendUntilAcked(aMessage(40_000, 3));
    await untilParkedOnce(40_000, 3);
  });

  test("42. the Salesforce client is pinned to the release that runs on the stated Node version", () => {
    const { engines, dependencies } = JSON.parse(readFileSync("package.json", "utf8"));
    expect(engines.node).toBe(">=20.19");
    expect(dependencies.jsforce).toBe("3.10.16");
  });
});
