import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { ConfigError, loadConfig, localModeProblem } from "../src/config.ts";
import { limitOfHost } from "../src/provider-limits.ts";

let dir: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "siro-bridge-config-"));
});

afterEach(() => {
  rmSync(dir, { recursive: true, force: true });
});

const ACME = {
  name: "acme",
  organizationId: "00D5f000004XyZa",
  webhookSecrets: ["an-invented-webhook-secret-of-40-letters!"],
};

/** The environment of a bridge with the given connections file. */
function withConnections(
  connections: unknown,
  own: Record<string, string> = {},
): Record<string, string> {
  const path = join(dir, "connections.json");
  writeFileSync(
    path,
    typeof connections === "string" ? connections : JSON.stringify({ connections }),
  );
  return { DATA_DIR: dir, CONNECTIONS_FILE: path, ...own };
}

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    loadConfig(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.problems;
    }
    throw error;
  }
}

describe("REDIS_URL of a cluster", () => {
  test.each([
    ["redis+cluster://10.0.0.1:6379,[::1]:7000/north", []],
    ["rediss+cluster://user:p%40ss@redis.example.com/north-1", []],
    ["redis+cluster://10.0.0.1:6379", ["shard"]],
    ["redis+cluster://10.0.0.1:6379/North", ["shard"]],
    ["redis+cluster://10.0.0.1:port/north", ["shard"]],
    ["redis+cluster://user:%zz@10.0.0.1/north", ["shard"]],
  ])("%s", (REDIS_URL, expected) => {
    const problems = problemsOf(withConnections([ACME], { REDIS_URL }));

    expect(problems).toEqual(expected.map((word) => expect.stringContaining(word)));
    expect(problems.join()).not.toContain("10.0.0.1");
  });
});

describe("loadConfig, defaults", () => {
  test("a connection alone is enough; everything else has the documented default", () => {
    const config = loadConfig(withConnections([ACME]));
    expect(config).toMatchObject({
      port: 3000,
      host: "0.0.0.0",
      redisUrl: undefined,
      redisDurability: "require",
      isLocalMode: false,
      adminPassword: undefined,
      logLevel: "info",
      trustedProxies: [],
      bodyLimitBytes: 4_194_304,
      outboundAllow: [],
    });
    expect(config.publicUrl.href).toBe("http://127.0.0.1:3000/");
    expect(config.secretKey).toHaveLength(32);
    expect([...config.roles].sort()).toEqual(["web", "worker"]);
    expect(config.connections.get("acme")).toMatchObject({
      organizationId: "00D5f000004XyZaEAK",
      links: { host: "app.siro.ai", returnTo: "record", conversationType: null },
      schedule: {
        startLeadSeconds: 120,
        stopGraceSeconds: 0,
        restartGapSeconds: 120,
        defaultDurationMinutes: 60,
        horizonDays: 14,
        stopExpirySeconds: 1800,
      },
      mapping: { repPolicy: "primary", requireRelated: true, includeInvitees: false },
      reconcile: { everySeconds: 120 },
    });
  });

  test("an empty variable counts as not set", () => {
    const env = withConnections([ACME], { PORT: "", REDIS_URL: "", ADMIN_PASSWORD: "" });
    expect(loadConfig(env)).toMatchObject({ port: 3000, redisUrl: undefined });
  });

  test("lists are split at commas and trimmed", () => {
    const env = withConnections([ACME], {
      TRUSTED_PROXIES: "10.0.0.0/8, 127.0.0.1",
      OUTBOUND_ALLOW: "intern.example.com,",
      ROLES: " worker ",
    });
    const config = loadConfig(env);
    expect(config.trustedProxies).toEqual(["10.0.0.0/8", "127.0.0.1"]);
    expect(config.outboundAllow).toEqual(["intern.example.com"]);
    expect([...config.roles]).toEqual(["worker"]);
  });
});

describe("loadConfig, problems", () => {
  test("a rep's field is a lookup, also one behind another lookup", () => {
    const withRep = (repField: string) =>
      problemsOf(
        withConnections([{ ...ACME, mapping: { lead: { startField: "S__c", repField } } }]),
      );
    for (const good of ["Closer__c", "OwnerId", "Rep__r.User__c", "acme__Rep__r.OwnerId"]) {
      expect(withRep(good)).toEqual([]);
    }
    for (const bad of ["Owner.Name", "Rep__r", "Rep__r.", "Closer__c}), X"]) {
      expect(withRep(bad)).toEqual([
        expect.stringContaining("must be a lookup to a user, such as Closer__c"),
      ]);
    }
  });

  test("every problem is listed at once, those of the connections file included", () => {
    const env = withConnections(
      [
        { ...ACME, name: "Not A Slug", schedule: { startLead: 5 } },
        { name: "beta", organizationId: "001", signingSecrets: [] },
      ],
      {
        PORT: "0x10",
        PUBLIC_URL: "bridge.example.com",
        REDIS_URL: "http://127.0.0.1",
        ADMIN_PASSWORD: "short",
        ADMIN_API_TOKEN: "short",
        SECRET_KEY: "c2hvcnQ=",
        VAPID_SUBJECT: "me",
        SMTP_URL: "http://mail",
        LOG_LEVEL: "loud",
        TRUSTED_PROXIES: "everywhere",
        METRICS_TOKEN: "short",
        ROLES: "web,cook",
        BODY_LIMIT_BYTES: "4M",
      },
    );
    const problems = problemsOf(env).join("\n");
    for (const name of [
      "PORT",
      "PUBLIC_URL",
      "REDIS_URL",
      "ADMIN_PASSWORD",
      "ADMIN_API_TOKEN",
      "SECRET_KEY",
      "VAPID_SUBJECT",
      "SMTP_URL",
      "LOG_LEVEL",
      "TRUSTED_PROXIES",
      "METRICS_TOKEN",
      "ROLES",
      "BODY_LIMIT_BYTES",
      "connections.0.name",
      "startLead",
      "connections.1.organizationId",
      "connections.1.webhookSecrets",
    ]) {
      expect(problems).toContain(name);
    }
  });

  test.each(["primery", "e-mail", "Others"])("the ladder has no rung %j", (name) => {
    const ladder = [
      { afterSeconds: 0, to: "primary" },
      { afterSeconds: 60, to: ["others", name] },
    ];
    expect(problemsOf(withConnections([{ ...ACME, schedule: { ladder } }]))).toEqual([
      expect.stringMatching(
        new RegExp(`schedule\\.ladder\\.1\\.to: "${name}" must be one of primary, others, `),
      ),
    ]);
  });

  test("the ladder has a rung for every channel, alone or with others", () => {
    const names =
      "primary others web-push ntfy webhook email sms salesforce-notification pull".split(" ");
    const ladder = [
      ...names.map((to) => ({ afterSeconds: 0, to })),
      { afterSeconds: 9, to: names },
    ];
    expect(problemsOf(withConnections([{ ...ACME, schedule: { ladder } }]))).toEqual([]);
  });

  test.each([
    "Siro prompts",
    "prompts@",
    "prompts@acme.example\r\nBcc: everyone@acme.example",
    "Siro\nprompts <prompts@acme.example>",
    "Siro <prompts@acme.example> <other@acme.example>",
    "Acme, Inc. <prompts@acme.example>",
    "one@acme.example, two@acme.example",
  ])("mails cannot come from %j", (from) => {
    expect(problemsOf(withConnections([{ ...ACME, channels: { email: { from } } }]))).toEqual([
      expect.stringMatching(/channels\.email\.from: must be one address/),
    ]);
  });

  test.each([
    "prompts@acme.example",
    "Siro prompts <prompts@acme.example>",
    "Jürgen's bridge (Süd) <prompts+süd@acme.example>",
    '"Acme, Inc." <prompts@acme.example>',
    "<prompts@localhost>",
  ])("mails can come from %j", (from) => {
    expect(problemsOf(withConnections([{ ...ACME, channels: { email: { from } } }]))).toEqual([]);
  });

  test.each([" ", "-1", "65536", "3e3", "80.5"])("%j is no port", (PORT) => {
    expect(problemsOf(withConnections([ACME], { PORT }))).toEqual([
      expect.stringMatching(/^PORT: /),
    ]);
  });

  test("a name that is used twice, and three secrets, are refused", () => {
    const secret = ACME.webhookSecrets[0];
    const env = withConnections([ACME, { ...ACME, webhookSecrets: [secret, secret, secret] }]);
    expect(problemsOf(env).join("\n")).toContain("two secrets");
    expect(problemsOf(withConnections([ACME, ACME])).join("\n")).toContain('"acme" is used twice');
  });

  test("plain http is for this machine only", () => {
    const org = (instanceUrl: string) => ({
      ...ACME,
      salesforce: {
        instanceUrl,
        auth: { kind: "client-credentials", clientId: "id", clientSecret: "secret" },
      },
    });
    expect(problemsOf(withConnections([org("http://127.0.0.1:4000")]))).toEqual([]);
    expect(problemsOf(withConnections([org("http://acme.example.com")]))).toHaveLength(1);
  });

  test("reps sign in with a client id; where, is https or this machine, and never at the name callback", () => {
    const org = (repSignIn: object, name = "acme") => ({
      ...ACME,
      name,
      salesforce: {
        instanceUrl: "https://acme.my.salesforce.com",
        auth: { kind: "client-credentials", clientId: "id", clientSecret: "secret" },
        repSignIn,
      },
    });
    const env = withConnections([org({ clientId: "3MVG9", clientSecret: "$env:REP_SECRET" })], {
      REP_SECRET: "hush",
    });
    expect(loadConfig(env).connections.get("acme")?.salesforce?.repSignIn).toEqual({
      clientId: "3MVG9",
      clientSecret: "hush",
    });
    const loginUrl = "https://login.salesforce.com";
    expect(problemsOf(withConnections([org({ clientId: "3MVG9", loginUrl })]))).toEqual([]);
    for (const bad of [
      org({}),
      org({ clientId: "" }),
      org({ clientId: "3MVG9", clientSecret: "" }),
      org({ clientId: "3MVG9", loginUrl: "http://login.salesforce.com" }),
      org({ clientId: "3MVG9", clientsecret: "x" }),
      org({ clientId: "3MVG9" }, "callback"),
    ]) {
      expect(problemsOf(withConnections([bad]))).toHaveLength(1);
    }
  });

  test("a connections file that is named but missing, or no JSON, is told without quoting it", () => {
    const missing = { DATA_DIR: dir, CONNECTIONS_FILE: join(dir, "none.json") };
    expect(problemsOf(missing)).toEqual([expect.stringContaining("cannot read")]);
    const broken = problemsOf(withConnections('{"secret": "hush-hush"'));
    expect(broken).toEqual([expect.stringContaining("not valid JSON")]);
    expect(broken.join()).not.toContain("hush");
  });
});

describe("loadConfig, limits", () => {
  test("rates by host are read; a host's own comes before that of the names above it", () => {
    const PROVIDER_LIMITS = ".push.example.com=90/min, NTFY.sh=5/s, b.push.example.com=1/h";
    const { providerLimits } = loadConfig(withConnections([ACME], { PROVIDER_LIMITS }));
    const everyMsOf = (host: string) => limitOfHost(providerLimits, host)?.everyMs;
    expect(everyMsOf("ntfy.sh")).toBe(200);
    expect(everyMsOf("a.push.example.com")).toBeCloseTo(666.67, 1);
    expect(everyMsOf("b.push.example.com")).toBe(3_600_000);
    expect(everyMsOf("push.example.com")).toBeUndefined();
  });

  test.each([
    "ntfy.sh",
    "ntfy.sh=5",
    "ntfy.sh=0/s",
    "ntfy.sh=0.5/s",
    "ntfy.sh=5/day",
    "https://ntfy.sh=5/s",
    "ntfy.sh=5/s api.twilio.com=1/s",
    "ntfy.sh=5/s,Ntfy.sh=6/s",
  ])("PROVIDER_LIMITS %s is refused", (PROVIDER_LIMITS) => {
    expect(problemsOf(withConnections([ACME], { PROVIDER_LIMITS }))).toEqual([
      expect.stringMatching(/^PROVIDER_LIMITS: must be hosts and rates like ntfy.sh=5\/s/),
    ]);
  });

  test("a connection's rate is a number above 0, and there is none by default", () => {
    const withRate = (attemptsPerSecond: unknown) =>
      withConnections([{ ...ACME, limits: { attemptsPerSecond } }]);
    const limitsOf = (env: Record<string, string>) =>
      loadConfig(env).connections.get("acme")?.limits;
    expect(limitsOf(withRate(0.5))).toEqual({ attemptsPerSecond: 0.5 });
    expect(limitsOf(withConnections([ACME]))).toBeUndefined();
    expect(problemsOf(withRate(0))).toEqual([expect.stringContaining("attemptsPerSecond")]);
  });
});

describe("loadConfig, $env", () => {
  test("any string of the connections file may stand in the environment", () => {
    const env = withConnections([{ ...ACME, webhookSecrets: ["$env:ACME_SECRET"] }], {
      ACME_SECRET: "s".repeat(32),
    });
    expect(loadConfig(env).connections.get("acme")?.webhookSecrets).toEqual(["s".repeat(32)]);
  });

  test.each([{}, { ACME_SECRET: "" }])("one that is not set is a problem with its name", (own) => {
    const env = withConnections([{ ...ACME, webhookSecrets: ["$env:ACME_SECRET"] }], own);
    expect(problemsOf(env).join("\n")).toContain("ACME_SECRET is named but not set");
  });
});

describe("loadConfig, local mode", () => {
  test("an empty connections file brings the demo connection, on this machine only", () => {
    const config = loadConfig(withConnections([]));
    expect(config).toMatchObject({
      isLocalMode: true,
      host: "127.0.0.1",
      outboundAllow: ["127.0.0.1"],
    });
    expect([...config.connections.keys()]).toEqual(["demo"]);
    expect(config.connections.get("demo")?.salesforce?.repSignIn).toBeDefined();
    expect(config.adminPassword?.length).toBeGreaterThanOrEqual(12);
  });

  test("another HOST is refused, unless a connection is stored", () => {
    const env = withConnections([], { HOST: "0.0.0.0" });
    expect(localModeProblem(loadConfig(env))).toMatch(
      /^HOST: local mode listens on 127\.0\.0\.1 only/,
    );
    const config = loadConfig(env, { hasStoredConnections: true });
    expect(localModeProblem(config)).toBeUndefined();
    expect(localModeProblem(loadConfig(withConnections([])))).toBeUndefined();
  });

  test("ends with the first stored connection; the operators' password stays", () => {
    const env = withConnections([]);
    const before = loadConfig(env);
    const after = loadConfig(env, { hasStoredConnections: true });
    expect(after).toMatchObject({ isLocalMode: false, outboundAllow: [] });
    expect([...after.connections.keys()]).toEqual([]);
    expect(after.adminPassword).toBe(before.adminPassword);
  });

  test("a broken connections file does not speak of local mode", () => {
    const problems = problemsOf(withConnections([{ name: "acme" }], { HOST: "0.0.0.0" }));
    expect(problems.join("\n")).not.toContain("local mode");
    expect(problems.length).toBeGreaterThan(0);
  });
});

describe("loadConfig, DATA_DIR", () => {
  test.each([
    ["a file", ["taken"]],
    ["a folder below a file", ["taken", "data"]],
  ])("%s is refused in one line, before anything is written", (_, parts) => {
    writeFileSync(join(dir, "taken"), "");
    const path = join(dir, ...parts);
    expect(problemsOf({ ...withConnections([ACME]), DATA_DIR: path })).toEqual([
      `DATA_DIR: ${join(dir, "taken")} is a file, so ${path} cannot be a folder`,
    ]);
  });

  test("a kept secret that is empty is refused, not used", () => {
    writeFileSync(join(dir, "secret-key"), "");
    expect(problemsOf(withConnections([ACME]))).toEqual([
      expect.stringContaining(`${join(dir, "secret-key")} is empty`),
    ]);
  });
});
