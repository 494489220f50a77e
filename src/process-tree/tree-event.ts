import type { Logger } from "pino";

/** What the supervisor tells the log, one event at a time. */
export type TreeEvent =
  | {
      readonly event: "child.started";
      readonly child: string;
      readonly pid: number | undefined;
    }
  | { readonly event: "child.ready"; readonly child: string; readonly pid: number | undefined }
  | {
      readonly event: "child.died";
      readonly child: string;
      readonly how: string;
      readonly restartInMs: number;
    }
  | { readonly event: "child.killed"; readonly child: string }
  | { readonly event: "redis.earlier-run"; readonly socket: string }
  | { readonly event: "redis.at-risk"; readonly findings: readonly string[] };

/** Takes the events of the tree. */
export type ReportTreeEvent = (event: TreeEvent) => void;

/** Writes one log line for one event; what an operator should look at is a warning. */
export function logTreeEvent(log: Pick<Logger, "info" | "warn">, event: TreeEvent): void {
  if (event.event === "child.started" || event.event === "child.ready") {
    log.info(event);
  } else {
    log.warn(event);
  }
}
