import { describe, expect, test } from "@jest/globals";
import type { ConnectionFacts } from "../../src/alerts/alert-facts.ts";
import { findConditions } from "../../src/alerts/find-conditions.ts";

const NOW_MS = Date.parse("2027-03-02T12:00:00Z");
const THRESHOLDS = {
  lateSeconds: 60,
  parkedCount: 10,
  notConfirmedCount: 3,
  apiPercent: 80,
  deviceLossPercent: 20,
};

function codesOf(own: Partial<ConnectionFacts>, storeRisks: readonly string[] = []) {
  const facts: ConnectionFacts = {
    name: "acme",
    salesforceState: "connected",
    apiShare: 0.1,
    siroState: undefined,
    parked: 0,
    parkedLately: 0,
    overdueSinceMs: undefined,
    latelyLateMs: [],
    notConfirmedLately: 0,
    repsWithoutDevice: [],
    workingDevices: 10,
    devicesWithinHour: 10,
    ...own,
  };
  const asked = { nowMs: NOW_MS, connections: [facts], storeRisks };
  return findConditions(asked, THRESHOLDS).map(({ code, holdMs }) =>
    holdMs === 0 ? code : `${code} after ${holdMs / 1000} s`,
  );
}

describe("findConditions", () => {
  test("finds nothing where all is well, or nothing is known", () => {
    expect(codesOf({})).toEqual([]);
    expect(codesOf({ salesforceState: undefined, apiShare: undefined })).toEqual([]);
  });

  test.each<[string, Partial<ConnectionFacts>, readonly string[]]>([
    ["a prompt that nobody got", { overdueSinceMs: NOW_MS - 61_000 }, ["PROMPTS_LATE"]],
    ["one that is due just now", { overdueSinceMs: NOW_MS - 60_000 }, []],
    ["prompts that came late", { latelyLateMs: [1, 2, 90_000] }, ["PROMPTS_LATE"]],
    ["one late prompt of many", { latelyLateMs: [...Array(40).fill(5), 90_000] }, []],
    ["anything parked", { parked: 1, parkedLately: 1 }, ["WORK_PARKED"]],
    ["much parked at once", { parked: 11, parkedLately: 11 }, ["WORK_PARKED", "PARKED_GROWTH"]],
    [
      "an org that is away",
      { salesforceState: "ORG_UNAVAILABLE" },
      ["SALESFORCE_DOWN after 300 s"],
    ],
    [
      "a refused sign-in",
      { salesforceState: "ORG_ACCESS_REFUSED" },
      ["SALESFORCE_SIGN_IN_REFUSED"],
    ],
    ["used-up API calls", { salesforceState: "ORG_API_LIMIT" }, ["SALESFORCE_API_HIGH"]],
    ["nearly used-up API calls", { apiShare: 0.8 }, ["SALESFORCE_API_HIGH"]],
    ["a Siro that is away", { siroState: "SIRO_UNAVAILABLE" }, ["SIRO_DOWN after 300 s"]],
    ["a Siro that refuses", { siroState: "SIRO_ACCESS_REFUSED" }, ["SIRO_SIGN_IN_REFUSED"]],
    ["a rep without a device", { repsWithoutDevice: ["0055f00000AbCdEAAV"] }, ["DEVICE_LOST"]],
    ["many lost devices", { workingDevices: 7 }, ["MANY_DEVICES_LOST"]],
    ["two of three devices", { workingDevices: 1, devicesWithinHour: 3 }, []],
    ["silence about recordings", { notConfirmedLately: 3 }, ["RECORDINGS_NOT_CONFIRMED"]],
  ])("%s", (_, facts, codes) => {
    expect(codesOf(facts)).toEqual(codes);
  });

  test("a store that may lose what it confirmed concerns everyone", () => {
    expect(codesOf({}, ["appendfsync is everysec"])).toEqual(["STORE_AT_RISK"]);
  });
});
