import { afterEach, describe, expect, test } from "@jest/globals";
import { type StubSiro, startStubSiro } from "../../src/local-mode/stub-siro/start-stub-siro.ts";
import { anAcme, cliUnderTest, findingsOf, troublesIn } from "./cli-under-test.ts";

const WEBHOOK_SECRET = `whsec_${Buffer.alloc(24, "siro").toString("base64")}`;

const run = cliUnderTest();
const siros: StubSiro[] = [];

afterEach(async () => {
  await Promise.all(siros.splice(0).map((siro) => siro.stop()));
});

async function aSiro(): Promise<StubSiro> {
  const siro = await startStubSiro();
  siros.push(siro);
  return siro;
}

function check(siro: object) {
  const connections = [anAcme({ siro: { webhookSecret: WEBHOOK_SECRET, ...siro } })];
  return run(["connections", "check", "--json"], { connections });
}

describe("siro-bridge connections check, and Siro", () => {
  test("is content with a Siro that takes the token, and asks it once", async () => {
    const siro = await aSiro();
    const result = await check(siro.settings);
    expect(troublesIn(result)).toEqual([]);
    expect(findingsOf(result, "siro").map(({ message }) => message)).toEqual([
      "Siro answers; the token belongs to organization siro-organization-1",
      "Webhooks of Siro are proven by their signature",
    ]);
    expect(siro.calls.map(({ path }) => path)).toEqual([
      "/api-externalApi/v1/core/auth/caller-identity",
    ]);
  });

  test("sees a token that Siro refuses, and never shows it", async () => {
    const siro = await aSiro();
    const result = await check({ ...siro.settings, apiToken: "a-token-that-is-wrong" });
    expect(result.code).toBe(1);
    expect(troublesIn(result)).toEqual([
      expect.stringMatching(/^fail siro: Siro refuses access.* 401 → Make a token/),
    ]);
    expect(result.stdout).not.toContain("a-token-that-is-wrong");
  });

  test("sees a Siro that is away", async () => {
    const siro = await aSiro();
    await siro.stop();
    const result = await check(siro.settings);
    expect(result.code).toBe(1);
    expect(troublesIn(result)).toEqual([
      expect.stringMatching(/^fail siro: Siro is not available.* → Check siro.apiBaseUrl/),
    ]);
  });

  test("warns when visits would be in Siro twice", async () => {
    const siro = await aSiro();
    const wanted = { ...siro.settings, syncEngagements: true };
    const alone = await check(wanted);
    expect([alone.code, troublesIn(alone)]).toEqual([0, []]);
    siro.world.connections.push({
      ...{ name: "Acme", integrationPlatform: "SALESFORCE", isActive: true },
    });
    expect(troublesIn(await check(wanted))).toEqual([
      expect.stringMatching(/^warn siro: .*by itself.*twice → Turn siro.syncEngagements off/),
    ]);
  });

  test("says what a half-configured Siro lacks", async () => {
    const result = await check({ webhookSecret: undefined });
    expect(result.code).toBe(0);
    expect(troublesIn(result)).toEqual([
      expect.stringMatching(/^warn siro: siro.apiToken is not set/),
      expect.stringMatching(/^warn siro: siro.webhookSecret is not set.*\/webhooks\/siro\/acme/),
    ]);
  });
});
