import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { cliUnderTest } from "../cli/cli-under-test.ts";
import { ACME, aVisitEvent, type BridgeProcess, startBridge } from "../support/bridge-process.ts";
import { noonZone } from "../support/builders.ts";
import { type OtlpReceiver, startOtlpReceiver } from "../support/otlp-receiver.ts";
import { until } from "../support/until.ts";
import { startWebhookSink, type WebhookSink } from "../support/webhook-sink.ts";

const RITA = {
  userId: "005Hs00000RitaSAAV",
  email: "rita@acme.example",
  name: "Rita Signal",
  timeZone: noonZone(),
};
const TITLE = "Roof at Mallory's";

const STEPS = [
  "web: POST /webhooks/events/:connection",
  "web: addBulk crm-events",
  "worker: process crm-events",
  "worker: plan",
  "worker: addBulk prompts",
  "worker: process prompts",
  "worker: send webhook",
];

let bridge: BridgeProcess;
let sink: WebhookSink;
let receiver: OtlpReceiver;
let link: string;

beforeAll(async () => {
  [sink, receiver] = await Promise.all([startWebhookSink(), startOtlpReceiver()]);
  bridge = await startBridge({
    env: {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
      OTEL_SERVICE_NAME: "bridge-under-test",
      OTEL_BSP_SCHEDULE_DELAY: "100",
    },
  });
  await bridge.enrolSink(RITA, sink);
  await bridge.postEvents([
    aVisitEvent({
      recordId: "08pHs0000Signal1AAV",
      startsIn: 3,
      endsIn: 1800,
      title: TITLE,
      reps: [RITA],
    }),
  ]);
  const arrived = await until(() => sink.arrived[0], { timeoutMs: 20_000, what: "the prompt" });
  link = arrived.data.link;
}, 90_000);

afterAll(async () => {
  await bridge?.cleanUp();
  await Promise.all([sink?.stop(), receiver?.stop()]);
});

describe("traces", () => {
  test("one trace leads from the event that came in, through two queues, to the device", async () => {
    const ofSend = await until(() => receiver.spans.find(({ name }) => name === "send webhook"), {
      timeoutMs: 10_000,
      what: "the span of the last step",
    });
    const steps = () =>
      receiver.spans
        .filter(({ traceId }) => traceId === ofSend.traceId)
        .map(({ process, name }) => `${process}: ${name}`);
    // Each process sends what it has when it has it.
    await until(() => STEPS.every((step) => steps().includes(step)), {
      timeoutMs: 10_000,
      what: `all of ${STEPS.join(", ")}`,
    });
    expect(new Set(receiver.spans.map(({ service }) => service))).toEqual(
      new Set(["bridge-under-test"]),
    );
  });

  test("only what an event set off is traced, not the queues' housekeeping", async () => {
    const roots = receiver.spans.filter(({ parentSpanId }) => !parentSpanId);
    expect(new Set(roots.map(({ name }) => name))).toEqual(
      new Set(["POST /webhooks/events/:connection"]),
    );
  });

  test("spans hold no person, no title, no link and no secret", () => {
    const dump = receiver.dump();
    const token = /\/go\/([\w-]+)/.exec(sink.arrived[0]?.data.openUrl)?.[1] ?? "none";
    const secrets = [ACME.webhookSecret, ACME.signingSecret, ACME.apiToken, sink.secret, token];
    const personal = [RITA.email, RITA.name, TITLE, "Mallory", link, "app.siro.ai", sink.url];
    expect(token.length).toBeGreaterThan(10);
    for (const word of [...secrets, ...personal]) {
      expect(dump).not.toContain(word);
    }
  });
});

describe("metrics", () => {
  const docs = readFileSync("docs/operations.md", "utf8");
  const documented = [...docs.matchAll(/^\| `(siro_bridge_\w+)(?:\{[^`]*\})?` \|/gm)].map(
    ([, name = ""]) => name,
  );

  async function served(): Promise<string> {
    return (await fetch(`${bridge.url}/metrics`)).text();
  }

  test("are those that docs/operations.md lists, no more and no less", async () => {
    // The workers' figures come every five seconds.
    const text = await until(
      async () => {
        const one = await served();
        return one.includes("siro_bridge_prompt_lateness_seconds_count 1") ? one : undefined;
      },
      { timeoutMs: 20_000, what: "the worker's figures" },
    );
    const names = [...text.matchAll(/^# TYPE (siro_bridge_\w+) /gm)].map(([, name]) => name);
    expect(new Set(names)).toEqual(new Set(documented));
    expect(text).toContain('siro_bridge_deliveries_total{channel="webhook",result="accepted"} 1');
    expect(text).toContain('siro_bridge_coverage_visits{connection="acme",standing="open"} 1');
    expect(text).toContain('siro_bridge_prompts_oldest_overdue_seconds{connection="acme"} 0');
    for (const word of [RITA.name, RITA.email, RITA.userId, TITLE]) {
      expect(text).not.toContain(word);
    }
  });

  test.each([
    ["siro-bridge.json", (text: string): unknown => JSON.parse(text)],
    ["alerts.yaml", (text: string): unknown => parse(text)],
  ])("docs/grafana/%s asks for nothing else", (file, read) => {
    const text = readFileSync(`docs/grafana/${file}`, "utf8");
    expect(read(text)).toBeInstanceOf(Object);
    const asked = [...text.matchAll(/\bsiro_bridge_\w+/g)].map(([name]) =>
      name.replace(/_(bucket|sum|count)$/, ""),
    );
    expect(asked.length).toBeGreaterThan(3);
    expect(asked.filter((name) => !documented.includes(name))).toEqual([]);
  });

  test("the dashboard has the shape that Grafana imports", () => {
    const dashboard = JSON.parse(readFileSync("docs/grafana/siro-bridge.json", "utf8"));
    expect(dashboard).toMatchObject({
      uid: expect.any(String),
      title: expect.any(String),
      schemaVersion: expect.any(Number),
      __inputs: [{ type: "datasource", pluginId: "prometheus" }],
    });
    const ids = dashboard.panels.map(({ id }: { readonly id: number }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { type, title, gridPos, targets = [] } of dashboard.panels) {
      expect([type, title]).toEqual([expect.any(String), expect.any(String)]);
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      expect(type === "row" || targets.length > 0).toBe(true);
      for (const { expr } of targets) {
        expect(expr).toEqual(expect.any(String));
      }
    }
  });
});

describe("siro-bridge openapi", () => {
  const cli = cliUnderTest();

  test("prints the description of a running bridge", async () => {
    const env = { ADMIN_API_TOKEN: ACME.apiToken };
    const run = await cli(["openapi", "--url", bridge.url, "--json"], { env });
    expect([run.code, run.stderr]).toEqual([0, ""]);
    const { openapi, paths } = JSON.parse(run.stdout);
    expect([openapi, paths["/admin/api/alerts/test"].post.summary]).toEqual([
      "3.1.0",
      "Send a test alert on every way out",
    ]);
  });

  test("says so when there is none", async () => {
    const env = { ADMIN_API_TOKEN: ACME.apiToken };
    const run = await cli(["openapi", "--url", "http://127.0.0.1:1"], { env });
    expect([run.code, run.stdout]).toEqual([1, ""]);
    expect(run.stderr).toContain("no bridge answers at http://127.0.0.1:1");
  });
});
