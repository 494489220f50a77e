import { readFileSync } from "node:fs";
import type { Stage } from "../../bench/stage.ts";
import { type StubOrg, startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { type BridgePart, prepareBridge, startPart } from "./bridge.ts";
import { type ChaosRedis, type RedisOptions, startChaosRedis } from "./chaos-redis.ts";
import { OperatorDesk } from "./operator.ts";
import { type Sink, startSink } from "./sink.ts";
import { startTcpProxy, type TcpProxy } from "./tcp-proxy.ts";
import { ACME } from "./tenants.ts";

/** How a scenario's world differs from the usual one: a web and a worker, each behind a proxy to one Redis. */
export interface WorldOptions {
  /** `whole`: one supervisor that also runs Redis, as `npm start` does. */
  readonly layout?: "split" | "two-workers" | "whole";
  readonly redis?: RedisOptions;
  /** Settings of the connections, by name. */
  readonly connections?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** A stub org behind the first tenant, asked what changed every so many seconds; 0 never. */
  readonly org?: { readonly reconcileSeconds: number };
  readonly env?: Readonly<Record<string, string>>;
  /** Files with what the clocks are wrong by, by the part's name. */
  readonly clocks?: Readonly<Record<string, string>>;
}

/** Real processes of the bridge, their store, the roads between, and the devices. */
export interface World {
  readonly stage: Stage;
  readonly url: string;
  readonly desk: OperatorDesk;
  readonly sink: Sink;
  readonly web: BridgePart;
  readonly worker: BridgePart;
  /** All parts; where one supervisor has both roles it stands once. */
  readonly parts: readonly BridgePart[];
  /** Undefined where the bridge runs its own. */
  readonly redis: ChaosRedis | undefined;
  readonly org: StubOrg | undefined;
  readonly webRoad: TcpProxy | undefined;
  readonly workerRoad: TcpProxy | undefined;
  /** Resident memory of the bridge's own processes. */
  memoryMiB(): number;
}

/** Builds a world; it ends with the stage. */
export async function openWorld(stage: Stage, options: WorldOptions): Promise<World> {
  const sink = await startSink(stage);
  const org = options.org === undefined ? undefined : await openOrg(stage);
  const ground = await prepareBridge(stage, {
    ...options.connections,
    ...(org === undefined ? {} : { [ACME.name]: orgSettings(org, options.org) }),
  });
  const url = `http://127.0.0.1:${ground.port}`;
  const base = { stage, url, sink, org, desk: new OperatorDesk(url) };
  const { env = {}, clocks = {} } = options;
  if (options.layout === "whole") {
    const part = await startPart(ground, { name: "bridge", roles: "web,worker", env });
    const parts = [part];
    const own = { redis: undefined, webRoad: undefined, workerRoad: undefined };
    return { ...base, ...own, web: part, worker: part, parts, memoryMiB: () => memoryOf(parts) };
  }
  const redis = await startChaosRedis(stage, options.redis);
  const webRoad = await startTcpProxy(stage, redis.port);
  const workerRoad = await startTcpProxy(stage, redis.port);
  const part = (name: string, roles: string, road: TcpProxy) =>
    startPart(ground, {
      name,
      roles,
      env,
      redisUrl: `redis://127.0.0.1:${road.port}`,
      ...(clocks[name] === undefined ? {} : { clockFile: clocks[name] }),
    });
  const [web, worker, ...more] = await Promise.all([
    part("web", "web", webRoad),
    part("worker", "worker", workerRoad),
    ...(options.layout === "two-workers" ? [part("second", "worker", workerRoad)] : []),
  ]);
  const parts = [web, worker, ...more];
  return {
    ...base,
    redis,
    webRoad,
    workerRoad,
    web,
    worker,
    parts,
    memoryMiB: () => memoryOf(parts),
  };
}

async function openOrg(stage: Stage): Promise<StubOrg> {
  const org = await startStubOrg();
  stage.onEnd(() => org.stop());
  return org;
}

function orgSettings({ url, app, organizationId }: StubOrg, options: WorldOptions["org"]) {
  const { clientId, clientSecret } = app;
  return {
    organizationId,
    salesforce: {
      instanceUrl: url,
      auth: { kind: "client-credentials", clientId, clientSecret },
    },
    reconcile: { everySeconds: options?.reconcileSeconds ?? 0 },
  };
}

function memoryOf(parts: readonly BridgePart[]): number {
  const pids = parts.flatMap((part) => [part.pidOf("web"), part.pidOf("worker")]);
  const found = pids.filter((pid) => !Number.isNaN(pid)).map(residentMiB);
  return found.reduce((sum, one) => sum + one, 0);
}

/** 0 for a process that is gone, and where /proc is missing. */
function residentMiB(pid: number): number {
  try {
    const kib = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
    return Number(kib ?? 0) / 1024;
  } catch {
    return 0;
  }
}
