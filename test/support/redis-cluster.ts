import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { freePort, launchRedis, type RunningRedis } from "./launch-redis.ts";
import { until } from "./until.ts";

const SLOTS = 16_384;
const FORM_TIMEOUT_MS = 20_000;

/** How a test's cluster differs from the usual one. */
export interface RedisClusterOptions {
  /** Added after the usual arguments of every node. */
  readonly args?: readonly string[];
}

/** One server of a cluster. */
export interface ClusterNode {
  readonly port: number;
  readonly dir: string;
  readonly redis: Redis;
  readonly server: RunningRedis;
}

/** A real Redis Cluster of the test's own: three masters with a third of the slots each. */
export interface RedisCluster {
  readonly masters: readonly ClusterNode[];
  /** The address of one shard, for `openProducerRedis` or `REDIS_URL`. */
  url(shard: string): string;
  /** The master that holds a shard's slot by the first division. */
  masterOf(shard: string): Promise<ClusterNode>;
  /** Starts one more server, which follows the shard's master and takes over only when it is told to. */
  addReplica(shard: string): Promise<ClusterNode>;
  stop(): Promise<void>;
}

/** Starts three servers and joins them. They never outlive the test process. */
export async function startRedisCluster(options: RedisClusterOptions = {}): Promise<RedisCluster> {
  const dir = mkdtempSync(join(tmpdir(), "siro-bridge-cluster-"));
  const masters = await Promise.all([1, 2, 3].map(() => startNode(dir, options)));
  const replicas: ClusterNode[] = [];
  const cluster: RedisCluster = {
    masters,
    url: (shard) =>
      `redis+cluster://${masters.map(({ port }) => `127.0.0.1:${port}`).join(",")}/${shard}`,
    masterOf: async (shard) => {
      const slot = Number(await masters[0]?.redis.cluster("KEYSLOT", `{${shard}}`));
      return nth(masters, Math.floor((slot * masters.length) / SLOTS));
    },
    addReplica: async (shard) => {
      const replica = await startNode(dir, { args: ["--cluster-replica-no-failover", "yes"] });
      replicas.push(replica);
      const master = await cluster.masterOf(shard);
      await follow(replica, master, [...masters, ...replicas]);
      return replica;
    },
    stop: async () => {
      await Promise.all([...masters, ...replicas].map(stopNode));
      rmSync(dir, { recursive: true, force: true });
    },
  };
  await Promise.all(masters.map(takeSlots));
  await joinAll(masters);
  return cluster;
}

async function startNode(dir: string, { args = [] }: RedisClusterOptions): Promise<ClusterNode> {
  const port = await freePort();
  const own = mkdtempSync(join(dir, "node-"));
  const server = await launchRedis(`redis://127.0.0.1:${port}`, [
    ...["--port", String(port), "--bind", "127.0.0.1", "--dir", own],
    ...["--cluster-enabled", "yes", "--cluster-port", String(await freePort())],
    ...["--cluster-node-timeout", "5000", "--repl-diskless-sync-delay", "0"],
    ...["--appendonly", "yes", "--appendfsync", "always", "--save", "", "--hz", "100"],
    ...["--maxmemory-policy", "noeviction", "--logfile", join(own, "redis.log"), ...args],
  ]);
  return { port, dir: own, redis: new Redis(port, "127.0.0.1"), server };
}

async function stopNode({ redis, server }: ClusterNode): Promise<void> {
  redis.disconnect();
  await server.letGo();
}

async function takeSlots({ redis }: ClusterNode, index: number, all: readonly unknown[]) {
  const from = Math.ceil((index * SLOTS) / all.length);
  const to = Math.ceil(((index + 1) * SLOTS) / all.length) - 1;
  await redis.call("CLUSTER", "ADDSLOTSRANGE", from, to);
  // Of two nodes with the same epoch one would have to give way.
  await redis.call("CLUSTER", "SET-CONFIG-EPOCH", index + 1);
}

async function joinAll(nodes: readonly ClusterNode[]): Promise<void> {
  const first = nth(nodes, 0);
  await Promise.all(nodes.slice(1).map((node) => meet(node, first)));
  await untilAllKnow(nodes);
}

async function meet({ redis }: ClusterNode, other: ClusterNode): Promise<void> {
  const [, , busPort] = /:(\d+)@(\d+) /.exec(String(await other.redis.cluster("NODES"))) ?? [];
  await redis.call("CLUSTER", "MEET", "127.0.0.1", other.port, String(busPort));
}

async function follow(
  replica: ClusterNode,
  master: ClusterNode,
  all: readonly ClusterNode[],
): Promise<void> {
  await meet(replica, master);
  await untilAllKnow(all);
  await replica.redis.call("CLUSTER", "REPLICATE", String(await master.redis.cluster("MYID")));
  const isUp = async () =>
    (await replica.redis.info("replication")).includes("master_link_status:up");
  await until(isUp, { timeoutMs: FORM_TIMEOUT_MS, what: "the replica to follow its master" });
}

async function untilAllKnow(nodes: readonly ClusterNode[]): Promise<void> {
  await until(
    async () => {
      const infos = await Promise.all(nodes.map(({ redis }) => redis.cluster("INFO")));
      const isWhole = (info: unknown) =>
        String(info).includes("cluster_state:ok") &&
        String(info).includes(`cluster_known_nodes:${nodes.length}\r`);
      return infos.every(isWhole);
    },
    { timeoutMs: FORM_TIMEOUT_MS, what: "every node to know the whole cluster" },
  );
}

function nth<Item>(items: readonly Item[], index: number): Item {
  const item = items[index];
  if (item === undefined) {
    throw new Error(`there is no item ${index}`);
  }
  return item;
}
