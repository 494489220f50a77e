import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { openProducerRedis, untilReady } from "../../src/redis.ts";
import { aKeptLogger } from "./logs/kept-logs.ts";
import { startRedisServer } from "./redis-server.ts";

export type WholeApp = Awaited<ReturnType<typeof startWholeApp>>;

/** Starts the web process as it is put together in production, over a Redis of its own, with these connections. */
export async function startWholeApp(
  connections: readonly object[],
  env: Readonly<Record<string, string>> = {},
) {
  const dir = mkdtempSync(join(tmpdir(), "siro-bridge-app-"));
  const file = join(dir, "connections.json");
  writeFileSync(file, JSON.stringify({ connections }));
  const server = await startRedisServer();
  const redis = openProducerRedis(server.url);
  await untilReady(redis, 10_000);
  const config = loadConfig({ DATA_DIR: dir, CONNECTIONS_FILE: file, ...env });
  const logged: string[] = [];
  const log = aKeptLogger((line) => void logged.push(line));
  const app = await createApp({ config, redis, registry: new Registry(), log });
  await new Promise<void>((resolve) => {
    app.web.server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = app.web.server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    ...{ port, redis, logged, config },
    stop: async () => {
      app.stopStreams();
      await app.web.stop();
      await app.close();
      redis.disconnect();
      await server.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
