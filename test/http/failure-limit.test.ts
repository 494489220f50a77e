import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createClientAddress } from "../../src/http/client-address.ts";
import {
  byClient,
  createExactFailureLimit,
  createFailureLimit,
  type FailureLimit,
} from "../../src/http/failure-limit.ts";
import { createFailureTallies } from "../../src/http/failure-tally.ts";
import { createStrangerLimit } from "../../src/http/stranger-limit.ts";
import { openProducerRedis, untilReady } from "../../src/redis.ts";
import { type AdminStore, startStore } from "../admin/admin-server.ts";
import { startRedisServer } from "../support/redis-server.ts";

const BOUNDS = { limit: "test", failures: 3, windowMs: 60_000 };
const clients = createClientAddress([]);

let store: AdminStore;
let nowMs = 1_000_000;

beforeAll(async () => {
  store = await startStore();
});
beforeEach(() => store.redis.flushall());
afterAll(() => store.stop());

function aLimit(redis = store.redis): FailureLimit {
  return createFailureLimit({ ...BOUNDS, redis, clients, nowMs: () => nowMs });
}

function from(address: string): IncomingMessage {
  const socket = new Socket();
  Object.defineProperty(socket, "remoteAddress", { value: address });
  return new IncomingMessage(socket);
}

const STRANGER = from("203.0.113.7");
const wrong = async () => undefined;
const right = async () => "found";

async function guess(limit: FailureLimit, request = STRANGER): Promise<string> {
  return limit.guard(request, wrong).then(
    () => "wrong",
    (error: Error) => error.name,
  );
}

describe("the limit for long secrets", () => {
  test("counts failures over all processes; each learns of them with the first that it sees", async () => {
    const [one, other] = [aLimit(), aLimit()];
    for (let count = 0; count < 3; count += 1) {
      expect(await guess(one)).toBe("wrong");
    }
    expect(await guess(one)).toBe("TooManyRequestsError");
    expect(await guess(other)).toBe("wrong");
    await expect(other.guard(STRANGER, right)).rejects.toThrow("Too many tries");
    expect(await other.guard(from("203.0.113.8"), right)).toBe("found");
  });

  test("opens again in every process when the window of the first failure is over", async () => {
    const [one, other] = [aLimit(), aLimit()];
    await Promise.all([guess(one), guess(one), guess(one)]);
    nowMs += 30_000;
    await guess(other);
    expect(await guess(other)).toBe("TooManyRequestsError");
    nowMs += 30_001;
    expect([await guess(one), await guess(other)]).toEqual(["wrong", "wrong"]);
  });

  test("who is right is never counted and waits for no store; guesses at the same moment are", async () => {
    const limit = aLimit();
    for (let count = 0; count < 10; count += 1) {
      expect(await limit.guard(STRANGER, right)).toBe("found");
    }
    expect(await store.redis.keys("sb:failures:*")).toEqual([]);
    const answers = await Promise.all(Array.from({ length: 8 }, () => guess(limit)));
    expect(answers.filter((answer) => answer === "wrong")).toHaveLength(3);
  });

  test("a check that breaks is no failure", async () => {
    const limit = aLimit();
    for (let count = 0; count < 5; count += 1) {
      const broken = limit.guard(STRANGER, () => Promise.reject(new Error("the store is away")));
      await expect(broken).rejects.toThrow("the store is away");
    }
    expect(await guess(limit)).toBe("wrong");
  });

  test("without the store a process goes on by its own count", async () => {
    const server = await startRedisServer();
    const redis = openProducerRedis(server.url);
    redis.on("error", () => undefined);
    await untilReady(redis, 10_000);
    const limit = aLimit(redis);
    await guess(limit);
    await server.stop();
    expect([await guess(limit), await guess(limit)]).toEqual(["wrong", "wrong"]);
    expect(await guess(limit)).toBe("TooManyRequestsError");
    expect(await limit.guard(from("203.0.113.8"), right)).toBe("found");
    redis.disconnect();
  });
});

test("the limit for secrets that can be guessed lets not one more through, over all processes", async () => {
  const deps = { ...BOUNDS, redis: store.redis, nowMs: () => nowMs };
  const limits = [createExactFailureLimit(deps), createExactFailureLimit(deps)];
  const guesses = limits.flatMap((limit) =>
    Array.from({ length: 4 }, () => guess(byClient(limit, clients))),
  );
  const answers = await Promise.all(guesses);
  expect(answers.filter((answer) => answer === "wrong")).toHaveLength(3);
});

test("the limit for strangers only counts; a network counts as one client", () => {
  const limit = createStrangerLimit({ ...BOUNDS, clients, nowMs: () => nowMs });
  const seen = ["2001:db8::1", "2001:db8::2", "2001:db8:0:ff::3", "2001:db8::1"].map(
    (address) => limit.count(from(address))?.headers["retry-after"],
  );
  expect(seen).toEqual([undefined, undefined, undefined, "60"]);
  expect(limit.count(from("2001:db9::1"))).toBeUndefined();
});

test("of twenty thousand clients the one that was counted longest ago is forgotten, no younger one", () => {
  const tallyOf = createFailureTallies({ windowMs: 100, nowMs: () => nowMs });
  tallyOf("renewed").failures = 1;
  nowMs += 50;
  tallyOf("oldest").failures = 2;
  nowMs += 60;
  tallyOf("renewed").failures = 3;
  for (let count = 0; count < 19_999; count += 1) {
    tallyOf(`client ${count}`);
  }
  expect([tallyOf("renewed").failures, tallyOf("client 1").untilMs]).toEqual([3, nowMs + 100]);
  expect(tallyOf("oldest").failures).toBe(0);
});
