import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { Registry } from "prom-client";
import { createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config.ts";
import { openProducerRedis, untilReady } from "../../src/redis.ts";
import { aKeptLogger } from "../support/logs/kept-logs.ts";
import { startRedisServer } from "../support/redis-server.ts";
import { type ExpressRoute, routesBuiltBy } from "./express-routes.ts";
import { sourceFiles } from "./sources.ts";

const text = readFileSync("docs/security.md", "utf8");
const dataDir = mkdtempSync(join(tmpdir(), "siro-bridge-doors-"));
let routes: readonly ExpressRoute[] = [];

beforeAll(async () => {
  const server = await startRedisServer();
  const redis = openProducerRedis(server.url);
  await untilReady(redis, 10_000);
  // Local mode with a provider for operators has every door there is.
  const config = loadConfig({
    DATA_DIR: dataDir,
    CONNECTIONS_FILE: "",
    OIDC_ISSUER: "https://login.example.com",
    OIDC_CLIENT_ID: "siro-bridge",
  });
  const log = aKeptLogger(() => undefined);
  routes = await routesBuiltBy(async () => {
    const app = await createApp({ config, redis, registry: new Registry(), log });
    app.stopStreams();
    await app.web.stop();
    await app.close();
  });
  redis.disconnect();
  await server.stop();
});
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

/** The rows of the first table under a heading. */
function rowsUnder(heading: string): readonly (readonly string[])[] {
  const [, after = ""] = text.split(`\n## ${heading}\n`);
  const section = after.split("\n## ")[0] ?? "";
  return section
    .split("\n")
    .filter((line) => line.startsWith("|"))
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

function codeIn(cell = ""): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? "");
}

interface NamedDoor {
  readonly methods: readonly string[];
  readonly path: string;
}

/** `GET POST /path`, where `/path/*` is all below it. */
function namedDoors(): readonly NamedDoor[] {
  return rowsUnder("The doors of the web process").flatMap(([cell]) =>
    codeIn(cell).map((code) => {
      const words = code.split(" ");
      return { methods: words.slice(0, -1), path: words.at(-1) ?? "" };
    }),
  );
}

function covers(door: NamedDoor, { method, path }: ExpressRoute): boolean {
  const isThere = door.path.endsWith("/*")
    ? `${path}/`.startsWith(door.path.slice(0, -1))
    : door.path === path;
  return isThere && (method === "ANY" || door.methods.includes(method));
}

describe("docs/security.md", () => {
  test("names every door of the web process, and none that is not there", () => {
    const doors = namedDoors();
    const intake = sourceFiles(["src/intake"]).flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/^const PREFIX = "(.+)\/";$/gm)].map(
        ([, path = ""]) => ({ method: "POST", path }),
      ),
    );
    const all = [...routes, ...intake];
    expect(all.length).toBeGreaterThan(80);
    const isMissing = (route: ExpressRoute) => !doors.some((door) => covers(door, route));
    expect(all.filter(isMissing)).toEqual([]);
    // The stubs and the queues' pages are no routes of Express.
    const stubs = ["/services/*", "/id/*", "/local/siro/*", "/admin/queues/*"];
    const isThere = (door: NamedDoor) => all.some((route) => covers(door, route));
    const stale = doors
      .filter(({ path }) => !stubs.includes(path))
      .flatMap(({ methods, path }) => methods.map((method) => ({ methods: [method], path })))
      .filter((door) => !isThere(door));
    expect(stale).toEqual([]);
  });

  test("names for every threat what stops it, and tests that are there", () => {
    const threats = rowsUnder("Threats and the tests that show what stops them");
    expect(threats.length).toBeGreaterThan(20);
    const missing = threats.flatMap(([threat = "", stops = "", shown = ""]) => {
      const named = [...shown.matchAll(/`(test\/[\w./-]+)`((?:\s*·\s*"[^"]+")*)/g)];
      const isEmpty = threat === "" || stops === "" || named.length === 0;
      return isEmpty ? [`${threat}: no test`] : named.flatMap(missingTests);
    });
    expect(missing).toEqual([]);
  });
});

/** What the table names and the file does not have: the file itself, or a title. */
function missingTests([, file = "", titles = ""]: readonly string[]): readonly string[] {
  if (!existsSync(file)) {
    return [file];
  }
  const source = readFileSync(file, "utf8");
  return [...titles.matchAll(/"([^"]+)"/g)]
    .map(([, title = ""]) => title)
    .filter((title) => !source.includes(`"${title}"`))
    .map((title) => `${file}: ${title}`);
}
