import { QUEUE_PREFIX } from "./queues/queue-settings.ts";

/** Known once Redis was opened; before that nobody needs a key. */
let shard: string | undefined;

/**
 * Names the shard of a Redis Cluster that this process works on: all its keys begin with that hash tag, so that
 * any script and any transaction stays in one slot. Empty for a Redis that is no cluster: its keys have no tag.
 *
 * @throws when this process has already opened another one: half of its keys would be elsewhere.
 */
export function placeKeysIn(next: string): void {
  if (shard !== undefined && shard !== next) {
    throw new Error(`one process works on one shard: ${shard} is open, ${next} was to be opened`);
  }
  shard = next;
}

/** The prefix of all BullMQ keys. */
export function queuePrefix(): string {
  return `${tag()}${QUEUE_PREFIX}`;
}

/**
 * The names of the bridge's own keys in Redis.
 *
 * Everything of one connection carries its name in braces. In a Redis Cluster the shard's tag stands before all of them.
 */
export const keyspace = {
  appointment: (connection: string, recordId: string) => `${of(connection)}:a:${recordId}`,
  timeline: (connection: string, recordId: string) => `${of(connection)}:t:${recordId}`,
  appointmentsByStart: (connection: string) => `${of(connection)}:by-start`,
  searchLines: (connection: string, bucket: number | "") => `${of(connection)}:find:${bucket}`,
  visitFacts: (connection: string, bucket: number, shard: number) =>
    `${of(connection)}:facts:${bucket}:${shard}`,
  visitFactsPrefix: (connection: string) => `${of(connection)}:facts:`,
  searchRebuild: (connection: string) => `${of(connection)}:find-rebuild`,
  changeFeed: (connection: string) => `${of(connection)}:changes`,
  reps: (connection: string) => `${of(connection)}:reps`,
  rep: (connection: string, userId: string) => `${of(connection)}:r:${userId}`,
  repAppointments: (connection: string, userId: string) => `${of(connection)}:ra:${userId}`,
  repDevices: (connection: string, userId: string) => `${of(connection)}:rd:${userId}`,
  parked: (connection: string) => `${of(connection)}:parked`,
  parkedByTime: (connection: string) => `${of(connection)}:parked-at`,
  parkedReasons: (connection: string) => `${of(connection)}:parked-reasons`,
  parkedByReason: (connection: string, reason: string) => `${of(connection)}:parked-for:${reason}`,
  parkedConnections: () => `${root()}:parked-connections`,
  unreadable: (connection: string) => `${of(connection)}:unreadable`,
  cameAgain: (connection: string, recordId: string) => `${of(connection)}:again:${recordId}`,
  lateness: (connection: string, hour: number) => `${of(connection)}:late:${hour}`,
  moments: (connection: string, hour: number) => `${of(connection)}:moments:${hour}`,
  connectionRate: (connection: string) => `${of(connection)}:rate`,
  connectionRateLine: (connection: string) => `${of(connection)}:rate:line`,
  providerRate: (host: string) => `${root()}:rate:{${host}}`,
  providerRateLine: (host: string) => `${root()}:rate:{${host}}:line`,
  planReach: (connection: string) => `${of(connection)}:plan-reach`,
  dailyUpkeep: (connection: string) => `${of(connection)}:daily-upkeep`,
  orgNote: (connection: string) => `${of(connection)}:org`,
  watermarks: (connection: string) => `${of(connection)}:watermarks`,
  changePosition: (connection: string) => `${of(connection)}:changes-at`,
  changeLease: (connection: string) => `${of(connection)}:changes-by`,
  changeTrouble: (connection: string) => `${of(connection)}:changes-trouble`,
  seenEvent: (connection: string, jobId: string) => `${of(connection)}:seen:${jobId}`,
  devices: () => `${root()}:devices`,
  pullToken: (tokenHash: string) => `${root()}:pull:${tokenHash}`,
  pushEndpoint: (endpointHash: string) => `${root()}:push:${endpointHash}`,
  promptToken: (token: string) => `${root()}:go:${token}`,
  invite: (tokenHash: string) => `${root()}:invite:${tokenHash}`,
  pairing: (codeHash: string) => `${root()}:pair:${codeHash}`,
  repSession: (tokenHash: string) => `${root()}:rep-session:${tokenHash}`,
  repSignOuts: (connection: string, userId: string) => `${of(connection)}:rso:${userId}`,
  endedFamily: (family: string) => `${root()}:rep-family-ended:${family}`,
  deviceFamilies: (deviceId: string) => `${root()}:device-families:${deviceId}`,
  repSignIn: (stateHash: string) => `${root()}:rep-sign-in:${stateHash}`,
  siroWatched: (connection: string) => `${of(connection)}:siro-watched`,
  siroLate: (connection: string) => `${of(connection)}:siro-late`,
  siroUnconfirmed: (connection: string) => `${of(connection)}:siro-unconfirmed`,
  siroPeople: (connection: string) => `${of(connection)}:siro-people`,
  siroMarks: (connection: string) => `${of(connection)}:siro-marks`,
  siroNote: (connection: string) => `${of(connection)}:siro`,
  siroLease: (connection: string) => `${of(connection)}:siro-by`,
  siroRecording: (connection: string, recordingId: string) =>
    `${of(connection)}:siro-rec:${recordingId}`,
  siroSync: (connection: string, recordId: string) => `${of(connection)}:siro-sync:${recordId}`,
  siroMend: (connection: string, recordingId: string) =>
    `${of(connection)}:siro-mend:${recordingId}`,
  siroBudget: (countedAs: string) => `${root()}:siro-budget:{${countedAs}}`,
  siroBudgetLater: (countedAs: string) => `${root()}:siro-budget:{${countedAs}}:later`,
  siroDryRuns: (connection: string) => `${of(connection)}:siro-dry-runs`,
  replayBatch: (batchId: string) => `${root()}:replay:${batchId}`,
  lastErrors: () => `${root()}:last-errors`,
  workerMetrics: (worker: string) => `${root()}:metrics:${worker}`,
  workers: () => `${root()}:workers`,
  alerts: () => `${root()}:{alerts}:state`,
  recentAlerts: () => `${root()}:{alerts}:recent`,
  alertRoads: () => `${root()}:{alerts}:roads`,
  readiness: () => `${root()}:ready`,
  storeEpoch: () => `${root()}:epoch`,
  storeSchema: () => `${root()}:schema`,
  storeUpgrade: () => `${root()}:schema-by`,
  rescueClaim: () => `${root()}:rescue-by`,
  sessions: () => `${root()}:session:`,
  operators: () => `${root()}:operators`,
  operatorSessions: (name: string) => `${root()}:operator-sessions:${name}`,
  operatorSignIn: (stateHash: string) => `${root()}:operator-sign-in:${stateHash}`,
  failures: (limit: string, key: string) => `${root()}:failures:${limit}:${key}`,
  audit: () => `${root()}:audit`,
  storedConnections: () => `${root()}:connections`,
  hold: (connection: string) => `${of(connection)}:hold`,
  heldJobs: (connection: string) => `${of(connection)}:held`,
} as const;

function of(connection: string): string {
  return `${root()}:{${connection}}`;
}

function root(): string {
  return `${tag()}sb`;
}

/** In a name with several pairs of braces the first one alone decides about the slot. */
function tag(): string {
  return shard === undefined || shard === "" ? "" : `{${shard}}:`;
}
