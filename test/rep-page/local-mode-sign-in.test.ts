import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { Registry } from "prom-client";
import { type App, createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { openProducerRedis, untilReady } from "../../src/redis.ts";
import { listen } from "../../src/web-server.ts";
import { freePort } from "../support/launch-redis.ts";
import { aKeptLogger } from "../support/logs/kept-logs.ts";
import { type RedisServer, startRedisServer } from "../support/redis-server.ts";
import { createBrowser } from "./test-browser.ts";

const dataDir = mkdtempSync(join(tmpdir(), "siro-bridge-local-sign-in-"));
const logged: string[] = [];
let server: RedisServer;
let redis: ReturnType<typeof openProducerRedis>;
let app: App;
let url: string;

beforeAll(async () => {
  server = await startRedisServer();
  redis = openProducerRedis(server.url);
  await untilReady(redis, 10_000);
  const port = await freePort();
  const config = loadConfig({ PORT: String(port), DATA_DIR: dataDir, CONNECTIONS_FILE: "" });
  const log = aKeptLogger((line) => void logged.push(line));
  app = await createApp({ config, redis, registry: new Registry(), log });
  await listen(app.web.server, config);
  url = `http://127.0.0.1:${port}`;
});

afterAll(async () => {
  app.stopStreams();
  await app.web.stop();
  await app.close();
  redis.disconnect();
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

test("in local mode a newcomer signs in as a rep of the stub org, and the log tells no secret", async () => {
  const phone = createBrowser(url);
  const stranger = await phone.get("/rep/api/me");
  expect(stranger.status).toBe(401);
  const { signIn } = JSON.parse(await stranger.text());
  expect(signIn).toEqual([{ connection: "demo", url: "/rep/sign-in/demo" }]);

  const begun = await phone.get(signIn[0].url);
  const authorize = new URL(begun.headers.get("location") ?? "");
  expect(authorize.origin).toBe(url);
  expect(await (await fetch(authorize)).text()).toContain("Dana Reed");
  authorize.searchParams.set("username", "dana@example.com");
  const approved = await fetch(`${url}${authorize.pathname}`, {
    method: "POST",
    body: authorize.searchParams,
    redirect: "manual",
  });
  const callback = new URL(approved.headers.get("location") ?? "");
  const back = await phone.get(callback.href);

  expect([back.status, back.headers.get("location")]).toEqual([302, "/rep"]);
  const me = JSON.parse(await (await phone.get("/rep/api/me")).text());
  expect(me).toMatchObject({ connection: "demo", rep: { name: "Dana Reed" } });
  const lines = logged.join("");
  expect(lines).toContain('"event":"rep.sign-in-ended","connection":"demo","outcome":"signed-in"');
  const secrets = [...callback.searchParams.values(), ...[...phone.jar.values()].map(tokenOf)];
  expect(secrets).toHaveLength(4);
  for (const secret of [...secrets, "dana@example.com", "Dana Reed"]) {
    expect(lines).not.toContain(secret);
  }
});

function tokenOf({ value }: { readonly value: string }): string {
  return value;
}
