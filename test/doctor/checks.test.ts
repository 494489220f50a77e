import { describe, expect, test } from "@jest/globals";
import { checkApiShare } from "../../src/doctor/check-api-share.ts";
import { checkChannels } from "../../src/doctor/check-channels.ts";
import { checkClock } from "../../src/doctor/check-clock.ts";
import { checkInstanceUrl } from "../../src/doctor/check-instance-url.ts";
import { checkSecrets } from "../../src/doctor/check-secrets.ts";
import { checkSignIn, refusalFinding } from "../../src/doctor/check-sign-in.ts";
import { aConnection } from "../support/bridge-state.ts";

const NOW_MS = Date.UTC(2026, 10, 23, 9);

describe("checkClock", () => {
  test.each([
    [0, "ok"],
    [2_000, "ok"],
    [-2_000, "ok"],
    [2_001, "warn"],
    [-60_000, "warn"],
    [60_001, "fail"],
    [-60_001, "fail"],
  ])("a clock that is %i ms ahead, asked without delay", (aheadMs, level) => {
    const theirMs = NOW_MS + aheadMs;
    const reading = { askedAtMs: NOW_MS, answeredAtMs: NOW_MS, theirMs, resolutionMs: 0 };
    expect(checkClock("the org", reading).level).toBe(level);
  });

  test.each([
    // The header was written anywhere in the second and in the five on the way.
    [NOW_MS - 1000, 5_000, "ok"],
    [NOW_MS + 5_000, 5_000, "ok"],
    [NOW_MS + 7_001, 5_000, "warn"],
    [NOW_MS - 3_001, 5_000, "warn"],
  ])("takes off what a slow answer and whole seconds cannot tell", (theirMs, tookMs, level) => {
    const answeredAtMs = NOW_MS + tookMs;
    const reading = { askedAtMs: NOW_MS, answeredAtMs, theirMs, resolutionMs: 1000 };
    expect(checkClock("the org", reading).level).toBe(level);
  });

  test("says whose clock is ahead", () => {
    const reading = (theirMs: number) =>
      checkClock("Redis", { askedAtMs: NOW_MS, answeredAtMs: NOW_MS, theirMs, resolutionMs: 0 });
    expect(reading(NOW_MS + 5_000).message).toBe(
      "This machine's clock is 5 s behind that of Redis",
    );
    expect(reading(NOW_MS - 5_000).message).toBe(
      "This machine's clock is 5 s ahead of that of Redis",
    );
  });
});

describe("checkApiShare", () => {
  test.each([
    [0, "ok"],
    [0.599, "ok"],
    [0.6, "warn"],
    [0.949, "warn"],
    [0.95, "fail"],
    [1.2, "fail"],
  ])("a share of %d", (share, level) => {
    expect(checkApiShare({ used: share * 1000, limit: 1000, share }).level).toBe(level);
  });

  test("an org that does not say", () => {
    expect(checkApiShare(undefined).level).toBe("warn");
  });
});

describe("checkInstanceUrl", () => {
  const auth = { kind: "client-credentials", clientId: "c", clientSecret: "s" } as const;

  test.each([
    ["https://acme.my.salesforce.com", "ok"],
    ["https://acme.my.salesforce.com/", "ok"],
    ["https://acme--uat.sandbox.my.salesforce.com", "ok"],
    ["https://acme.my.salesforce.mil", "ok"],
    ["http://127.0.0.1:4000", "ok"],
    ["https://acme.lightning.force.com", "fail"],
    ["https://acme--c.vf.force.com", "warn"],
    ["https://acme.my.salesforce-setup.com", "fail"],
    ["https://login.salesforce.com", "fail"],
    ["https://test.salesforce.com", "fail"],
    ["https://acme.my.salesforce.com/lightning/page/home", "fail"],
    ["https://na139.salesforce.com", "warn"],
    ["https://acme.my.salesforce.com.example.com", "warn"],
  ])("%s", (instanceUrl, level) => {
    expect(checkInstanceUrl({ instanceUrl, slowDownAtApiShare: 0.6, auth })).toMatchObject([
      { level },
    ]);
  });

  test("prefers My Domain for the audience of a JWT, too", () => {
    const instanceUrl = "https://acme.my.salesforce.com";
    const jwt = (loginUrl: string) =>
      checkInstanceUrl({
        instanceUrl,
        slowDownAtApiShare: 0.6,
        auth: { kind: "jwt-bearer", clientId: "c", username: "u", privateKeyFile: "k", loginUrl },
      }).map(({ level }) => level);
    expect(jwt(instanceUrl)).toEqual(["ok"]);
    expect(jwt("https://test.salesforce.com")).toEqual(["ok", "warn"]);
  });
});

describe("checkSecrets", () => {
  const FIRST = "an-invented-webhook-secret-of-40-letters!";
  const SECOND = "another-invented-secret-of-40-letters!!!!";
  const SIGNING = `whsec_${Buffer.alloc(24, "signing").toString("base64")}`;

  test.each([
    [{ webhookSecrets: [FIRST], signingSecrets: [] }, ["ok", "ok"]],
    [{ webhookSecrets: [], signingSecrets: [SIGNING] }, ["ok", "ok"]],
    [{ webhookSecrets: [FIRST, SECOND] }, ["warn", "ok"]],
    [{ webhookSecrets: [FIRST, FIRST] }, ["warn", "ok"]],
  ])("%j", (own, levels) => {
    const findings = checkSecrets(aConnection(own));
    expect(findings.map(({ level }) => level)).toEqual(levels);
    expect(JSON.stringify(findings)).not.toMatch(/invented|whsec_/);
  });

  test("knows a connection that nothing tells of changes", () => {
    const salesforce = {
      instanceUrl: "https://acme.my.salesforce.com",
      auth: { kind: "client-credentials", clientId: "c", clientSecret: "s" },
    };
    const own = { webhookSecrets: [], signingSecrets: [SIGNING], salesforce };
    const silent = aConnection({ ...own, reconcile: { everySeconds: 0 } });
    expect(checkSecrets(silent).at(-1)).toMatchObject({ level: "warn" });
    expect(checkSecrets(aConnection(own)).every(({ level }) => level === "ok")).toBe(true);
  });
});

describe("checkChannels", () => {
  const vapid = { subject: "mailto:ops@acme-roofing.com" };
  test.each([
    [{}, ["warn"]],
    [{ vapid }, ["ok"]],
    [{ vapid, isVapidKeyGiven: true }, ["ok"]],
    [{ vapid, smtpUrl: "smtps://user:password@mail.example.com:465" }, ["ok", "ok"]],
    [{ vapid, smtpUrl: "smtp://mail.example.com" }, ["ok", "ok"]],
    [{ vapid, smtpUrl: "smtp://user:password@mail.example.com" }, ["ok", "warn"]],
    [{ vapid, smtpUrl: "smtps://" }, ["ok", "fail"]],
    [{ vapid, smtpUrl: "https://mail.example.com" }, ["ok", "fail"]],
  ])("%j", (settings, levels) => {
    const findings = checkChannels(settings);
    expect(findings.map(({ level }) => level)).toEqual(levels);
    expect(JSON.stringify(findings)).not.toContain('user:password@mail.example.com"');
  });
});

describe("an error that is none of the org's", () => {
  test("is a bug, and not reported as a finding", async () => {
    const bug = new TypeError("a bug");
    const org = { readOrganizationId: () => Promise.reject(bug) };
    await expect(checkSignIn(aConnection(), org)).rejects.toBe(bug);
    expect(() => refusalFinding(bug)).toThrow(bug);
  });

  test("an org that keeps its id to itself is not compared", async () => {
    const org = { readOrganizationId: async () => undefined };
    expect(await checkSignIn(aConnection(), org)).toMatchObject({
      isAnswering: true,
      findings: [{ level: "warn" }],
    });
  });
});
