import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { SAMPLE_REP } from "../../src/doctor/json-sample.ts";
import { ACME, type BridgeProcess, readJson, startBridge } from "../support/bridge-process.ts";
import { until } from "../support/until.ts";
import { startWebhookSink, type WebhookSink } from "../support/webhook-sink.ts";
import { anAcme, cliUnderTest } from "./cli-under-test.ts";

const run = cliUnderTest();
let bridge: BridgeProcess;
let sink: WebhookSink;

beforeAll(async () => {
  bridge = await startBridge();
  sink = await startWebhookSink();
}, 90_000);

afterAll(async () => {
  await bridge.cleanUp();
  await sink.stop();
});

function send(args: readonly string[], acme: object = anAcme()) {
  return run(["send-sample", ACME.name, ...args], {
    connections: [acme],
    env: { PORT: new URL(bridge.url).port, HOST: "127.0.0.1" },
  });
}

async function appointments(): Promise<readonly { readonly title: string }[]> {
  const list = `/appointments?connection=${ACME.name}&rep=${SAMPLE_REP.userId}&limit=200`;
  return (await readJson(await bridge.api(list))).items;
}

describe("siro-bridge send-sample", () => {
  test("books a visit for an invented rep, whose device is prompted", async () => {
    await bridge.enrolSink(SAMPLE_REP, sink);
    const { code, stdout, stderr } = await send(["--starts-in", "1", "--lasts", "2"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^✓ Accepted: 1 new, 0 known before\. .*Sample Rep/);
    await until(() => sink.arrived.length >= 2, { timeoutMs: 15_000, what: "start and stop" });
    expect(sink.arrived.map(({ data }) => data.action)).toEqual(["start", "stop"]);
    const link = new URL(sink.arrived[0]?.data.link ?? "");
    expect(link.searchParams.get("title")).toBe("Sample visit");
    expect(link.searchParams.get("crmObjects")).toContain("08pSMP");
  });

  test("sends more than a hundred in several requests, with a bearer where nothing is signed", async () => {
    const before = (await appointments()).length;
    const args = ["--count", "101", "--starts-in", "3600", "--json"];
    const { code, stdout } = await send(args, anAcme({ signingSecrets: [] }));
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      ok: true,
      answers: [
        { kind: "taken", accepted: 100, duplicates: 0 },
        { kind: "taken", accepted: 1, duplicates: 0 },
      ],
    });
    await until(async () => (await appointments()).length >= before + 101, {
      timeoutMs: 15_000,
      what: "the visits to be stored",
    });
  });

  test("sends outbound messages and expects the acknowledgment", async () => {
    const { code, stdout } = await send(["--type", "soap", "--count", "150"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^✓ Acknowledged: 150 notification\(s\) in 2 message\(s\) are durable/);
  });

  test.each([
    ["json", { signingSecrets: [`whsec_${Buffer.alloc(24, "wrong").toString("base64")}`] }, 401],
    ["soap", { webhookSecrets: ["a-wrong-invented-secret-of-40-letters!!!"] }, 404],
    ["soap", { organizationId: "00D5f000004Othr" }, 403],
  ])("says why a %s sample is not taken", async (type, own, status) => {
    const { code, stdout, stderr } = await send(["--type", type, "--count", "300"], anAcme(own));
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`(HTTP ${status})`);
    expect(stderr).toContain("→ ");
    expect(stderr).not.toContain("wrong");
    const asJson = await send(["--type", type, "--count", "300", "--json"], anAcme(own));
    expect(asJson.code).toBe(1);
    // After the first refusal nothing more is sent.
    expect(JSON.parse(asJson.stdout)).toMatchObject({
      ok: false,
      answers: [{ kind: "refused", status }],
    });
  });

  test("goes to PUBLIC_URL, or to --url before that", async () => {
    const connections = [anAcme()];
    const env = { PUBLIC_URL: `${bridge.url}/` };
    const args = ["send-sample", ACME.name, "--starts-in", "3600"];
    expect((await run(args, { connections, env })).code).toBe(0);
    const elsewhere = await run([...args, "--url", "http://127.0.0.1:1"], { connections, env });
    expect(elsewhere.code).toBe(1);
    expect(elsewhere.stderr).toContain("nobody answered");
    const notABridge = await run([...args, "--url", `${sink.url}/hook`], { connections, env });
    expect(notABridge.code).toBe(1);
    expect(notABridge.stderr).toContain("this is not the answer of a bridge");
  });

  test.each([
    { args: [] },
    { args: ["nobody"] },
    { args: [ACME.name, "--type", "xml"] },
    { args: [ACME.name, "--count", "0"] },
    { args: [ACME.name, "--count", "1001"] },
    { args: [ACME.name, "--count", "1e2"] },
    { args: [ACME.name, "--lasts", "0"] },
    { args: [ACME.name, "--starts-in", "-1"] },
    { args: [ACME.name, "--url", "ftp://x"] },
    { args: [ACME.name, "--type", "soap"] },
  ])("takes $args for wrong use", async ({ args }) => {
    const connections = [anAcme({ webhookSecrets: [] })];
    const result = await run(["send-sample", ...args], { connections });
    expect(result).toMatchObject({ code: 2, stdout: "" });
    expect(result.stderr).not.toBe("");
  });

  test("cannot work with a broken configuration, and says all of it", async () => {
    const env = { PORT: "x", LOG_LEVEL: "loud" };
    const result = await run(["send-sample", ACME.name], { connections: [anAcme()], env });
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toMatch(/PORT.*\n.*LOG_LEVEL/);
  });
});
