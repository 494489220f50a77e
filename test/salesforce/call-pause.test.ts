import { beforeEach, describe, expect, test } from "@jest/globals";
import { type CallPause, createCallPause } from "../../src/salesforce/call-pause.ts";
import {
  ApiLimitError,
  OrgAccessError,
  OrgUnavailableError,
} from "../../src/salesforce/org-errors.ts";

let nowMs: number;
let pause: CallPause;
let calls: number;
beforeEach(() => {
  nowMs = 1_000_000;
  calls = 0;
  pause = createCallPause({ org: "acme", nowMs: () => nowMs });
});

const outage = () => new OrgUnavailableError("acme", { detail: "503" });
const told = (retryAfterMs: number) =>
  new OrgUnavailableError("acme", { detail: "429", retryAfterMs });
const limit = () => new ApiLimitError("acme", { detail: "used up", retryAfterMs: 300_000 });
const access = () => new OrgAccessError("acme", { detail: "invalid_client" });

/** One read that makes one call. */
function read(failure?: Error): Promise<string> {
  return pause.read(() =>
    pause.watch(() => {
      calls += 1;
      return failure === undefined ? Promise.resolve("rows") : Promise.reject(failure);
    }),
  );
}

/** An answer that comes when the test says so. */
function anAnswer() {
  let give: (rows: string) => void = () => undefined;
  let fail: (reason: Error) => void = () => undefined;
  const given = new Promise<string>((resolve, reject) => {
    give = resolve;
    fail = reject;
  });
  return { given, give, fail };
}

describe("after a refusal nobody reads", () => {
  test.each([
    ["for as long as the limit says", limit, 300_000],
    ["for as long as Retry-After says", () => told(120_000), 120_000],
    ["for a second after an outage that names no time", outage, 1_000],
    ["for five seconds after a sign-in that was refused", access, 5_000],
  ])("%s", async (_, failure, pauseMs) => {
    await expect(read(failure())).rejects.toThrow();
    nowMs += 400;
    await expect(read()).rejects.toMatchObject({
      code: failure().code,
      retryAfterMs: pauseMs - 400,
    });
    expect(calls).toBe(1);
    nowMs += pauseMs - 400;
    expect(await read()).toBe("rows");
    expect(pause.refusal()).toBeUndefined();
  });

  test.each([
    ["an outage", outage, [1, 2, 4, 8, 15, 15]],
    ["a refused sign-in", access, [5, 10, 20, 30, 30]],
  ])("for longer with every refusal in a row: %s", async (_, failure, seconds) => {
    const pauses = [];
    for (const _pause of seconds) {
      await expect(read(failure())).rejects.toThrow();
      const waitMs = pause.refusal()?.retryAfterMs ?? 0;
      pauses.push(waitMs / 1000);
      nowMs += waitMs;
    }
    expect(pauses).toEqual(seconds);
    await read();
    await expect(read(failure())).rejects.toThrow();
    expect(pause.refusal()?.retryAfterMs).toBe((seconds[0] ?? 0) * 1000);
  });

  test("calls that were under way when the pause began do not make it grow, a longer one counts", async () => {
    const failures = [outage(), outage(), limit(), outage()];
    await Promise.allSettled(failures.map((failure) => read(failure)));
    expect(calls).toBe(4);
    expect(pause.refusal()).toMatchObject({ code: "ORG_API_LIMIT", retryAfterMs: 300_000 });
  });
});

describe("when the pause is over", () => {
  test("one read tries, the others follow when it was answered", async () => {
    await expect(read(outage())).rejects.toThrow();
    nowMs += 1_000;
    const answer = anAnswer();
    const probe = pause.read(() => pause.watch(() => answer.given));
    await expect(read()).rejects.toMatchObject({ code: "ORG_UNAVAILABLE", retryAfterMs: 1_000 });
    answer.give("rows");
    await probe;
    expect(await read()).toBe("rows");
  });
});

test("an answer to a call that began before the refusal does not end the pause", async () => {
  const answer = anAnswer();
  const early = pause.watch(() => answer.given);
  nowMs += 100;
  await expect(read(told(60_000))).rejects.toThrow();
  answer.give("late");
  await early;
  expect(pause.refusal()).toMatchObject({ retryAfterMs: 60_000 });
});

test("a call that hung is no news when later ones were answered", async () => {
  const answer = anAnswer();
  const hanging = pause.watch(() => answer.given);
  nowMs += 100;
  await read();
  answer.fail(outage());
  await expect(hanging).rejects.toThrow();
  expect(pause.refusal()).toBeUndefined();
});

test("one action that is not allowed keeps nobody from reading", async () => {
  await expect(pause.watch(() => Promise.reject(access()))).rejects.toThrow();
  expect(await read()).toBe("rows");
});
