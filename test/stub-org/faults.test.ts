import { describe, expect, test } from "@jest/globals";
import type { StubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import type { Fault } from "../../src/local-mode/stub-org/wire/faults.ts";
import { callApi, connect, postToken, stubOrgs, tokenOf } from "./org-under-test.ts";

const start = stubOrgs();
const SOQL = "SELECT Id FROM User";

async function raw(org: StubOrg, signal?: AbortSignal): Promise<Response> {
  const token = await tokenOf(org);
  return fetch(`${org.url}/services/data/v66.0/query?q=${encodeURIComponent(SOQL)}`, {
    headers: { authorization: `Bearer ${token}` },
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Calls once without jsforce's own retries, which take many seconds. */
function once(org: StubOrg): Promise<unknown> {
  const url = `/query?q=${encodeURIComponent(SOQL)}`;
  return connect(org).request({ method: "GET", url }, { retry: { maxRetries: 0 } });
}

describe("an injected fault", () => {
  test.each<[Fault, number, unknown]>([
    [
      { kind: "session-expired" },
      401,
      [{ errorCode: "INVALID_SESSION_ID", message: "Session expired or invalid" }],
    ],
    [
      { kind: "daily-limit" },
      403,
      [{ errorCode: "REQUEST_LIMIT_EXCEEDED", message: "TotalRequests Limit exceeded." }],
    ],
    [
      { kind: "concurrent-limit" },
      403,
      [{ errorCode: "REQUEST_LIMIT_EXCEEDED", message: "ConcurrentPerOrgLongTxn Limit exceeded." }],
    ],
    [{ kind: "concurrent-limit", status: 503 }, 503, [{ errorCode: "REQUEST_LIMIT_EXCEEDED" }]],
    [
      { kind: "api-error", status: 400, errorCode: "QUERY_TIMEOUT", message: "too slow" },
      400,
      [{ errorCode: "QUERY_TIMEOUT", message: "too slow" }],
    ],
    [
      { kind: "too-many-requests", retryAfterSeconds: 7 },
      429,
      [{ errorCode: "REQUEST_LIMIT_EXCEEDED" }],
    ],
    [{ kind: "unavailable-json" }, 503, [{ errorCode: "SERVER_UNAVAILABLE" }]],
  ])("%j answers %d with the array of errors", async (fault, status, body) => {
    const org = await start();
    org.faults.inject(fault);

    const answer = await raw(org);

    expect(answer.status).toBe(status);
    expect(await answer.json()).toMatchObject(body as object);
    expect((await raw(org)).status).toBe(200);
  });

  test.each<[Fault, number]>([
    [{ kind: "unavailable-html" }, 503],
    [{ kind: "html" }, 200],
    [{ kind: "uri-too-long", status: 414 }, 414],
    [{ kind: "uri-too-long", status: 431 }, 431],
  ])("%j answers %d with a page", async (fault, status) => {
    const org = await start();
    org.faults.inject(fault);

    const answer = await raw(org);

    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-type")).toMatch(/^text\/html/);
    expect(await answer.text()).toMatch(/^<!DOCTYPE html>/);
  });

  test("tells jsforce a code it knows", async () => {
    const org = await start();
    org.faults.inject({ kind: "unavailable-html" });
    await expect(once(org)).rejects.toMatchObject({ errorCode: "ERROR_HTTP_503" });
    org.faults.inject({ kind: "daily-limit" });
    await expect(once(org)).rejects.toMatchObject({ errorCode: "REQUEST_LIMIT_EXCEEDED" });
    org.faults.inject({ kind: "html" });
    expect(await once(org)).toMatch(/^<!DOCTYPE html>/);
  });

  test("says when to come back", async () => {
    const org = await start();
    org.faults.inject({ kind: "too-many-requests", retryAfterSeconds: 7 });

    expect((await raw(org)).headers.get("retry-after")).toBe("7");
  });

  test("cuts an answer so that it is no JSON", async () => {
    const org = await start();
    org.faults.inject({ kind: "cut-json" });

    const text = await (await raw(org)).text();

    expect(text).toMatch(/^\{"totalSize":1/);
    expect(() => JSON.parse(text)).toThrow();
  });

  test("delays an answer", async () => {
    const org = await start();
    org.faults.inject({ kind: "slow", delayMs: 120 });
    const began = performance.now();

    expect((await raw(org)).status).toBe(200);
    expect(performance.now() - began).toBeGreaterThan(110);
  });

  test("leaves a caller waiting, or cuts the line", async () => {
    const org = await start();
    org.faults.inject({ kind: "hang" });
    await expect(raw(org, AbortSignal.timeout(150))).rejects.toMatchObject({
      name: "TimeoutError",
    });

    org.faults.inject({ kind: "reset" });
    await expect(raw(org)).rejects.toMatchObject({ cause: { code: "ECONNRESET" } });
    expect(
      org.calls.entries.filter(({ kind }) => kind === "query").map(({ status }) => status),
    ).toEqual([undefined, undefined]);
  });

  test("strikes as often as it is told, or for ever until it is cleared", async () => {
    const org = await start();
    const twice = org.faults.inject({ kind: "daily-limit" }, { times: 2 });
    expect([(await raw(org)).status, (await raw(org)).status, (await raw(org)).status]).toEqual([
      403, 403, 200,
    ]);
    expect(twice.hits).toBe(2);

    const always = org.faults.inject({ kind: "daily-limit" }, { times: "forever" });
    for (let call = 0; call < 5; call += 1) {
      expect((await raw(org)).status).toBe(403);
    }
    always.clear();
    expect((await raw(org)).status).toBe(200);
    org.faults.inject({ kind: "daily-limit" });
    org.faults.clear();
    expect((await raw(org)).status).toBe(200);
  });

  test("strikes only where it is aimed, the query's text included", async () => {
    const org = await start();
    const fault = org.faults.inject({ kind: "unavailable-json" }, { path: "FROM Event" });

    expect((await raw(org)).status).toBe(200);
    expect((await callApi(org, "/query?q=SELECT+Id+FROM+Event")).status).toBe(503);
    expect(fault.hits).toBe(1);
    org.faults.inject({ kind: "unavailable-json" }, { path: /\/describe$/ });
    expect((await callApi(org, "/sobjects/Lead/describe")).status).toBe(503);
  });

  test("makes the token endpoint fail in its own form", async () => {
    const org = await start();
    org.faults.inject({
      kind: "oauth-error",
      error: "invalid_grant",
      description: "authentication failure",
    });

    const answer = await postToken(org, { grant_type: "client_credentials" });

    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
      error: "invalid_grant",
      error_description: "authentication failure",
    });
    org.faults.inject({ kind: "unavailable-html" }, { path: "/oauth2/token" });
    expect((await postToken(org, {})).status).toBe(503);
  });

  test("fails one sub-request of a composite and leaves the others alone", async () => {
    const org = await start();
    org.faults.inject(
      { kind: "sub-request-error", status: 400, errorCode: "UNABLE_TO_LOCK_ROW" },
      { path: "FROM Lead" },
    );
    const url = (type: string) => `/services/data/v66.0/query?q=SELECT+Id+FROM+${type}`;

    const { body } = await callApi(org, "/composite", {
      method: "POST",
      body: {
        compositeRequest: ["User", "Lead"].map((type) => ({
          method: "GET",
          url: url(type),
          referenceId: type,
        })),
      },
    });

    expect(body.compositeResponse).toMatchObject([
      { httpStatusCode: 200 },
      { httpStatusCode: 400, body: [{ errorCode: "UNABLE_TO_LOCK_ROW" }] },
    ]);
  });
});

describe("an address that is too long", () => {
  test.each([
    [500, 200],
    [640, 414],
  ])("of %d ids answers %d", async (count, status) => {
    const org = await start();
    const ids = Array.from({ length: count }, () => "'00Q5f0000000001AAA'").join(",");
    const soql = encodeURIComponent(`SELECT Id FROM Lead WHERE Id IN (${ids})`);
    const token = await tokenOf(org);

    const answer = await fetch(`${org.url}/services/data/v66.0/query?q=${soql}`, {
      headers: { authorization: `Bearer ${token}` },
    });

    expect(answer.status).toBe(status);
  });
});
