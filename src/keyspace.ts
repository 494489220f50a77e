/**
 * The names of the bridge's own keys in Redis.
 *
 * Everything of one connection carries the hash tag `{connection}`, so that one script can touch several
 * of its keys in a cluster, too.
 */
export const keyspace = {
  appointment: (connection: string, recordId: string) => `${of(connection)}:a:${recordId}`,
  timeline: (connection: string, recordId: string) => `${of(connection)}:t:${recordId}`,
  appointmentsByStart: (connection: string) => `${of(connection)}:by-start`,
  searchLines: (connection: string, bucket: number | "") => `${of(connection)}:find:${bucket}`,
  searchRebuild: (connection: string) => `${of(connection)}:find-rebuild`,
  changeFeed: (connection: string) => `${of(connection)}:changes`,
  reps: (connection: string) => `${of(connection)}:reps`,
  rep: (connection: string, userId: string) => `${of(connection)}:r:${userId}`,
  repAppointments: (connection: string, userId: string) => `${of(connection)}:ra:${userId}`,
  repDevices: (connection: string, userId: string) => `${of(connection)}:rd:${userId}`,
  parked: (connection: string) => `${of(connection)}:parked`,
  parkedByTime: (connection: string) => `${of(connection)}:parked-at`,
  parkedConnections: () => "sb:parked-connections",
  unreadable: (connection: string) => `${of(connection)}:unreadable`,
  planReach: (connection: string) => `${of(connection)}:plan-reach`,
  dailyUpkeep: (connection: string) => `${of(connection)}:daily-upkeep`,
  orgNote: (connection: string) => `${of(connection)}:org`,
  watermarks: (connection: string) => `${of(connection)}:watermarks`,
  changePosition: (connection: string) => `${of(connection)}:changes-at`,
  changeLease: (connection: string) => `${of(connection)}:changes-by`,
  changeTrouble: (connection: string) => `${of(connection)}:changes-trouble`,
  seenEvent: (connection: string, jobId: string) => `${of(connection)}:seen:${jobId}`,
  devices: () => "sb:devices",
  pullToken: (tokenHash: string) => `sb:pull:${tokenHash}`,
  pushEndpoint: (endpointHash: string) => `sb:push:${endpointHash}`,
  promptToken: (token: string) => `sb:go:${token}`,
  invite: (tokenHash: string) => `sb:invite:${tokenHash}`,
  pairing: (codeHash: string) => `sb:pair:${codeHash}`,
  repSession: (tokenHash: string) => `sb:rep-session:${tokenHash}`,
  repSignOuts: (connection: string, userId: string) => `${of(connection)}:rso:${userId}`,
  endedFamily: (family: string) => `sb:rep-family-ended:${family}`,
  deviceFamilies: (deviceId: string) => `sb:device-families:${deviceId}`,
  repSignIn: (stateHash: string) => `sb:rep-sign-in:${stateHash}`,
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
  siroBudget: (countedAs: string) => `sb:siro-budget:${countedAs}`,
  replayBatch: (batchId: string) => `sb:replay:${batchId}`,
  lastErrors: () => "sb:last-errors",
  workerMetrics: (worker: string) => `sb:metrics:${worker}`,
  workers: () => "sb:workers",
  readiness: () => "sb:ready",
  sessions: () => "sb:session:",
} as const;

function of(connection: string): string {
  return `sb:{${connection}}`;
}
