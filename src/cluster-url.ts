/** A Redis Cluster, and the shard of it that one bridge works on. */
export interface ClusterAddress {
  /** Where to ask first; the others are found through any of them. */
  readonly nodes: readonly { readonly host: string; readonly port: number }[];
  /** The hash tag of all keys: it decides which node holds them. */
  readonly shard: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly hasTls: boolean;
}

/** What the address of a cluster looks like; for messages. */
export const CLUSTER_URL_FORM =
  "redis+cluster://[user:password@]host:port[,host:port…]/shard, the shard in small letters, digits and hyphens";

const FORM =
  /^redis(?<tls>s?)\+cluster:\/\/(?:(?<user>[^:@/]*):(?<password>[^@/]*)@)?(?<nodes>[^@/]+)\/(?<shard>[a-z0-9-]{1,40})$/;

/** Whether an address means a cluster, well-formed or not. */
export function isClusterUrl(redisUrl: string): boolean {
  return /^rediss?\+cluster:/.test(redisUrl);
}

/** Whether an address is either none of a cluster, or a well-formed one. */
export function isWholeClusterUrl(redisUrl: string): boolean {
  return !isClusterUrl(redisUrl) || readClusterUrl(redisUrl) !== undefined;
}

/** Reads the address of a cluster; undefined when it is malformed, or none of a cluster. */
export function readClusterUrl(redisUrl: string): ClusterAddress | undefined {
  const parts = FORM.exec(redisUrl)?.groups;
  const nodes = (parts?.["nodes"] ?? "").split(",").map(readNode);
  const isReadable = nodes.every((node) => node !== undefined) && areDecodable(parts);
  if (parts === undefined || !isReadable) {
    return undefined;
  }
  return {
    nodes,
    shard: parts["shard"] ?? "",
    username: decoded(parts["user"]),
    password: decoded(parts["password"]),
    hasTls: parts["tls"] === "s",
  };
}

/** Names the Redis of an address without its password; undefined when the address is malformed. */
export function namedRedis(redisUrl: string): string | undefined {
  if (redisUrl.startsWith("unix:")) {
    return redisUrl;
  }
  if (!isClusterUrl(redisUrl)) {
    return URL.canParse(redisUrl) ? new URL(redisUrl).host : undefined;
  }
  const address = readClusterUrl(redisUrl);
  const hosts = address?.nodes.map(({ host, port }) => `${host}:${port}`).join(",");
  return address === undefined ? undefined : `${hosts} (shard ${address.shard})`;
}

function readNode(text: string) {
  const address = `redis://${text}`;
  if (!URL.canParse(address)) {
    return undefined;
  }
  const { hostname, port } = new URL(address);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  return host === "" ? undefined : { host, port: Number(port || 6379) };
}

function areDecodable(parts: Readonly<Record<string, string>> | undefined): boolean {
  try {
    decoded(parts?.["user"]);
    decoded(parts?.["password"]);
    return true;
  } catch {
    return false;
  }
}

function decoded(text: string | undefined): string | undefined {
  return text === undefined || text === "" ? undefined : decodeURIComponent(text);
}
