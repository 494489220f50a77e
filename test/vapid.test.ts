import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import webPush from "web-push";
import { type Config, ConfigError, loadConfig } from "../src/config.ts";
import { isVapidSubject } from "../src/vapid-subject.ts";

const SECRET_KEY = Buffer.alloc(32, 7).toString("base64");
let dir: string;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "siro-bridge-vapid-"));
  const acme = {
    name: "acme",
    organizationId: "00D5f000004XyZaEAK",
    webhookSecrets: ["x".repeat(32)],
  };
  writeFileSync(join(dir, "connections.json"), JSON.stringify({ connections: [acme] }));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function load(env: Readonly<Record<string, string>>, dataDir = "data"): Config {
  return loadConfig({
    CONNECTIONS_FILE: join(dir, "connections.json"),
    DATA_DIR: join(dir, dataDir),
    ...env,
  });
}

function problemsOf(env: Readonly<Record<string, string>>): readonly string[] {
  try {
    load(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.problems;
    }
    throw error;
  }
}

const VAPID_SUBJECT = "mailto:ops@acme-roofing.com";

describe("the key pair for web push", () => {
  test("is the same on every machine with the same secret key, and another with another", () => {
    const first = load({ SECRET_KEY, VAPID_SUBJECT }, "web-data").vapid;
    expect(load({ SECRET_KEY, VAPID_SUBJECT }, "worker-data").vapid).toEqual(first);
    const otherKey = Buffer.alloc(32, 8).toString("base64");
    const second = load({ SECRET_KEY: otherKey, VAPID_SUBJECT }).vapid;
    expect(second?.publicKey).not.toBe(first?.publicKey);
    expect(second?.privateKey).not.toBe(first?.privateKey);
  });

  test("stays from start to start when nothing is configured, and is kept nowhere in the clear", () => {
    const { vapid } = load({ VAPID_SUBJECT }, "fresh");
    expect(load({ VAPID_SUBJECT }, "fresh").vapid).toEqual(vapid);
    const kept = readdirSync(join(dir, "fresh")).map((name) =>
      readFileSync(join(dir, "fresh", name), "utf8"),
    );
    expect(kept.join()).not.toContain(vapid?.privateKey);
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7])("is one that the library takes, key %d", (byte) => {
    const secret = Buffer.alloc(32, byte).toString("base64");
    const { publicKey = "", privateKey = "" } =
      load({ SECRET_KEY: secret, VAPID_SUBJECT }).vapid ?? {};
    const origin = "https://web.push.apple.com";
    expect(
      webPush.getVapidHeaders(origin, VAPID_SUBJECT, publicKey, privateKey, "aes128gcm"),
    ).toEqual({ Authorization: expect.stringContaining(`k=${publicKey}`) });
  });

  test("may be given", () => {
    const given = webPush.generateVAPIDKeys();
    const env = { VAPID_PUBLIC_KEY: given.publicKey, VAPID_PRIVATE_KEY: given.privateKey };
    expect(load({ ...env, VAPID_SUBJECT }).vapid).toEqual({ ...given, subject: VAPID_SUBJECT });
  });

  test("is refused when it is none, with the reason and without the key", () => {
    const [one, two] = [webPush.generateVAPIDKeys(), webPush.generateVAPIDKeys()];
    for (const [VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY, reason] of [
      [one.publicKey, "", /^VAPID_PRIVATE_KEY: .*together/],
      ["", one.privateKey, /^VAPID_PUBLIC_KEY: .*together/],
      [one.publicKey, two.privateKey, /^VAPID_PUBLIC_KEY: does not belong/],
      ["short", one.privateKey, /^VAPID_PUBLIC_KEY: does not belong/],
      [one.publicKey, "short", /^VAPID_PRIVATE_KEY: must be 32 bytes/],
      [one.publicKey, `${one.privateKey}!`, /^VAPID_PRIVATE_KEY: must be 32 bytes/],
      [one.publicKey, Buffer.alloc(32).toString("base64url"), /^VAPID_PRIVATE_KEY: must be/],
    ] as const) {
      const problems = problemsOf({ VAPID_SUBJECT, VAPID_PUBLIC_KEY, VAPID_PRIVATE_KEY });
      expect(problems).toEqual([expect.stringMatching(reason)]);
      expect(problems.join()).not.toContain(two.privateKey);
    }
  });
});

describe("the contact for push services", () => {
  test.each([
    "mailto:ops@acme-roofing.com",
    "mailto:ops+push@mail.acme-roofing.co.uk",
    "https://acme-roofing.com",
    "https://bridge.acme-roofing.com/contact",
  ])("%s is fine", (subject) => {
    expect(isVapidSubject(subject)).toBe(true);
  });

  test.each([
    "",
    "ops@acme-roofing.com",
    "mailto:",
    "mailto:nobody",
    "mailto:ops@localhost",
    "mailto: ops@acme-roofing.com",
    "mailto:<ops@acme-roofing.com>",
    "mailto:ops@bridge.local",
    "mailto:ops@example.com",
    "mailto:ops@Mail.Example.ORG",
    "mailto:ops@acme.test",
    "http://acme-roofing.com",
    "https://",
    "https://localhost",
    "https://localhost:3000/",
    "https://bridge",
    "https://bridge.local",
    "https://bridge.example.com",
    "https://127.0.0.1",
    "https://[2606:4700::1]/",
    "https://acme-roofing.com./",
    "https://acme roofing.com",
    "javascript:alert(1)",
  ])("%s is refused at the start", (subject) => {
    expect(isVapidSubject(subject)).toBe(false);
    if (subject !== "") {
      expect(problemsOf({ VAPID_SUBJECT: subject })).toEqual([
        expect.stringMatching(/^VAPID_SUBJECT: must be mailto:/),
      ]);
    }
  });

  test("is the public address of the bridge where that is one", () => {
    const PUBLIC_URL = "https://bridge.acme-roofing.com";
    expect(load({ PUBLIC_URL }).vapid?.subject).toBe(PUBLIC_URL);
    expect(load({ PUBLIC_URL, VAPID_SUBJECT }).vapid?.subject).toBe(VAPID_SUBJECT);
  });

  test.each([
    "http://bridge.acme-roofing.com",
    "https://bridge.local",
  ])("is nobody at %s: web push is off", (PUBLIC_URL) => {
    expect(load({ PUBLIC_URL }).vapid).toBeUndefined();
  });

  test("is invented in local mode", () => {
    const empty = join(dir, "none.json");
    writeFileSync(empty, JSON.stringify({ connections: [] }));
    expect(load({ CONNECTIONS_FILE: empty }).vapid?.subject).toMatch(/^mailto:.*\.invalid$/);
  });
});
