import { type ClockReading, checkClock } from "./check-clock.ts";
import { type Finding, fail, ok, type Trouble, warn } from "./finding.ts";

/** What a look at Redis showed; `where` names it without user and password. */
export type RedisReading =
  | {
      readonly kind: "reached";
      readonly where: string;
      /** What may get lost, each as a sentence; empty when what is confirmed is kept. */
      readonly risks: readonly string[];
      readonly clock: ClockReading;
    }
  | { readonly kind: "unreachable"; readonly where: string; readonly reason: string }
  /** No REDIS_URL: the bridge runs its own, and does not run now. */
  | { readonly kind: "own-not-running"; readonly hasServer: boolean };

/** Says whether Redis answers, keeps what it confirms, and has the right time. Pure. */
export function checkRedis(
  reading: RedisReading,
  redisDurability: "require" | "warn",
): readonly Finding[] {
  switch (reading.kind) {
    case "own-not-running":
      return [ownRedis(reading.hasServer)];
    case "unreachable":
      return [
        fail("redis", {
          message: `${capital(reading.where)} cannot be used: ${reading.reason}`,
          whatToDo: "Start it, or correct REDIS_URL (host, port, user, password, TLS)",
        }),
      ];
    case "reached":
      return [
        ...(reading.risks.length === 0
          ? [ok("redis", `${capital(reading.where)} answers and keeps what it confirms`)]
          : reading.risks.map((risk) => atRisk(risk, redisDurability))),
        checkClock(reading.where, reading.clock),
      ];
  }
}

function ownRedis(hasServer: boolean): Finding {
  return hasServer
    ? warn("redis", {
        message:
          "REDIS_URL is not set: the bridge runs a Redis of its own, which is not running now",
        whatToDo: "Start the bridge and run this again",
      })
    : fail("redis", {
        message: "REDIS_URL is not set, and no redis-server or valkey-server is on the PATH",
        whatToDo: "Install one, or set REDIS_URL (docs/failures.md, REDIS_SERVER_MISSING)",
      });
}

function atRisk(risk: string, redisDurability: "require" | "warn"): Finding {
  const trouble: Trouble = {
    message: risk,
    whatToDo: "Change the setting in redis.conf (docs/operations.md, Redis)",
  };
  return redisDurability === "warn"
    ? warn("redis", { ...trouble, message: `${risk} (accepted by REDIS_DURABILITY=warn)` })
    : fail("redis", trouble);
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
