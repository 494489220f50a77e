import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { z } from "zod";

const dockerfile = readFileSync("Dockerfile", "utf8").replaceAll("\\\n", " ");
const lines = dockerfile.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
const lastStage = lines.slice(lines.findLastIndex((line) => line.startsWith("FROM ")));

function instruction(name: string): string {
  return lastStage.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? "";
}

const argumentsSchema = z.array(z.string());

describe("the image", () => {
  test("begins every stage with the same Node.js", () => {
    const bases = lines.flatMap((line) => /^FROM (\S+)/.exec(line)?.[1] ?? []);

    expect(new Set(bases)).toEqual(new Set(["node:24-bookworm-slim"]));
    expect(bases.length).toBeGreaterThan(1);
  });

  test("runs as a user without rights, in the last stage", () => {
    const user = lastStage.indexOf("USER node");

    expect(user).toBeGreaterThan(0);
    expect(lastStage.slice(user).filter((line) => /^(RUN|COPY|ADD|USER root)/.test(line))).toEqual(
      [],
    );
  });

  test("brings no Redis of its own", () => {
    expect(lastStage.filter((line) => /apt-get|redis-server|valkey/.test(line))).toEqual([]);
  });

  test("installs exactly the locked versions", () => {
    expect(lines.filter((line) => /npm (install|i) /.test(line))).toEqual([]);
    expect(lines.filter((line) => line.startsWith("RUN npm ci"))).toHaveLength(2);
  });

  test("starts the supervisor, which a signal reaches without a shell", () => {
    expect(argumentsSchema.parse(JSON.parse(instruction("CMD"))).at(-1)).toBe("dist/src/main.js");
    expect(existsSync("src/main.ts")).toBe(true);
  });

  test("copies only what exists and what .dockerignore lets through", () => {
    const allowed = readFileSync(".dockerignore", "utf8")
      .split("\n")
      .filter((line) => line.startsWith("!"))
      .map((line) => line.slice(1));
    const copied = lines
      .filter((line) => line.startsWith("COPY ") && !line.includes("--from"))
      .flatMap((line) => line.split(" ").slice(1, -1));

    expect(new Set(copied)).toEqual(new Set(allowed));
    expect(copied.filter((path) => !existsSync(path))).toEqual([]);
  });

  test.each([
    [200, 0],
    [503, 1],
  ])("takes an answer of %d from /healthz for exit code %d", async (status, expected) => {
    const asked: (string | undefined)[] = [];
    const server = createServer((request, response) => {
      asked.push(request.url);
      response.writeHead(status, { connection: "close" }).end();
    }).listen(0, "127.0.0.1");
    await once(server, "listening");

    const code = await runHealthcheck(portOf(server.address()));

    server.close();
    expect(asked).toEqual(["/healthz"]);
    expect(code).toBe(expected);
  });

  test("is unhealthy when nobody listens", async () => {
    expect(await runHealthcheck(1)).toBe(1);
  });
});

function portOf(address: AddressInfo | string | null): number {
  return typeof address === "object" && address !== null ? address.port : 0;
}

async function runHealthcheck(port: number): Promise<unknown> {
  const check = instruction("HEALTHCHECK").replace(/^.* CMD /, "");
  const [, ...args] = argumentsSchema.parse(JSON.parse(check));
  const child = spawn(process.execPath, args, { env: { PORT: String(port) }, stdio: "ignore" });
  const [code] = await once(child, "exit");
  return code;
}

const serviceSchema = z.object({
  image: z.string(),
  restart: z.string(),
  command: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  env_file: z.string().optional(),
  ports: z.array(z.string()).optional(),
  healthcheck: z
    .object({ test: z.array(z.string()), disable: z.boolean() })
    .partial()
    .optional(),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).optional(),
  volumes: z.array(z.union([z.string(), z.object({ source: z.string() })])),
});
const composeSchema = z.object({
  services: z.object({ web: serviceSchema, worker: serviceSchema, redis: serviceSchema }),
  volumes: z.record(z.string(), z.null()),
});

describe("docker-compose.yml", () => {
  const compose = composeSchema.parse(
    parse(readFileSync("docker-compose.yml", "utf8"), { merge: true }),
  );
  const { web, worker, redis } = compose.services;

  test("gives each process its role, one Redis and the same secrets", () => {
    expect(web.environment?.["ROLES"]).toBe("web");
    expect(worker.environment?.["ROLES"]).toBe("worker");
    const { ROLES: _web, ...ofWeb } = web.environment ?? {};
    const { ROLES: _worker, ...ofWorker } = worker.environment ?? {};
    expect(ofWorker).toEqual(ofWeb);
    expect(ofWeb).toMatchObject({ REDIS_URL: "redis://redis:6379" });
  });

  test("names only variables that the bridge knows", () => {
    const known = readFileSync(".env.example", "utf8");

    for (const name of Object.keys({ ...web.environment, ...worker.environment })) {
      expect(known).toContain(`#${name}=`);
    }
  });

  test("holds no secret: they come from .env, and their absence is said", () => {
    expect(web.environment?.["SECRET_KEY"]).toMatch(/^\$\{SECRET_KEY:\?/);
    expect(web.environment?.["ADMIN_PASSWORD"]).toMatch(/^\$\{ADMIN_PASSWORD:\?/);
    expect([web.env_file, worker.env_file]).toEqual([".env", ".env"]);
  });

  test("runs Redis so that what is acknowledged is kept", () => {
    const command = redis.command?.join(" ");

    expect(command).toContain("--appendonly yes");
    expect(command).toContain("--appendfsync always");
    expect(command).toContain("--maxmemory-policy noeviction");
    expect(redis.volumes).toContain("redis-data:/data");
    expect(redis.ports).toBeUndefined();
  });

  test("starts the bridge after Redis answers, and everything again after a failure", () => {
    expect(web.depends_on?.["redis"]?.condition).toBe("service_healthy");
    expect(redis.healthcheck?.test).toEqual(["CMD", "redis-cli", "ping"]);
    expect([web, worker, redis].map(({ restart }) => restart)).toEqual(
      Array.from({ length: 3 }, () => "unless-stopped"),
    );
  });

  test("declares every volume that it uses", () => {
    const used = [web, worker, redis]
      .flatMap(({ volumes }) => volumes)
      .flatMap((volume) => (typeof volume === "string" ? volume.split(":")[0] : []));

    expect(used.toSorted()).toEqual(Object.keys(compose.volumes).toSorted());
  });
});
