import type { Logger } from "pino";
import { Counter, type Registry } from "prom-client";
import { createDeliveryMetrics, type DeliveryMetrics } from "./delivery-metrics.ts";
import type { IntakeEvents } from "./intake/intake-events.ts";
import type { RepSignInEntry } from "./rep-page/sign-in-routes.ts";

/** A Salesforce id; anything else a message calls an action id is not written into the log. */
const LOGGABLE_ID = /^[A-Za-z0-9]{15}(?:[A-Za-z0-9]{3})?$/;

/** Everything the bridge tells about its work: one function per event, for log and metrics alike. */
export interface Events extends IntakeEvents {
  /** A page or an API call met an error nobody foresaw. */
  requestBroke(error: unknown): void;
  /** A rep came back from Salesforce. */
  repSignInEnded(entry: RepSignInEntry): void;
  readonly deliveries: DeliveryMetrics;
}

/**
 * Builds the events over one logger and one metrics registry; a registry takes them once.
 *
 * One line per unit of work: ids, counts and durations, never bodies, secrets, links or people.
 */
export function createEvents(log: Logger, registry: Registry): Events {
  return {
    ...intakeEvents(log, intakeCounters(registry)),
    deliveries: createDeliveryMetrics(registry),
    requestBroke: (error) => log.error({ event: "request.broke", ...traceOf(error) }),
    // What broke, or was refused by the app's policies, does not mend itself.
    repSignInEnded: (entry) => {
      const level = entry.outcome === "broke" || entry.outcome === "denied" ? "warn" : "info";
      log[level]({ event: "rep.sign-in-ended", ...entry });
    },
  };
}

type IntakeCounters = ReturnType<typeof intakeCounters>;

function intakeEvents(log: Logger, counters: IntakeCounters): IntakeEvents {
  return {
    notificationReceived(source) {
      counters.received.inc({ source });
    },
    notificationAcked({ actionId, ...entry }) {
      const { source, connection, outcome } = entry;
      counters.acked.inc({ source, connection, outcome });
      counters.notifications.inc({ source, connection }, entry.notifications);
      counters.duplicates.inc({ source, connection }, entry.duplicates);
      counters.unusable.inc({ source, connection }, entry.unusable);
      const action = LOGGABLE_ID.test(actionId) ? actionId : undefined;
      log.info({ event: "notification.acked", ...entry, actionId: action });
    },
    notificationRefused(entry) {
      const { source, reason } = entry;
      counters.refused.inc({ source, reason });
      // Strangers knock all day; only a sender who found a door is somebody's business.
      const level = entry.connection === null ? "info" : "warn";
      log[level]({ event: "notification.refused", ...entry });
    },
    organizationUnknown(connection) {
      counters.unknownOrganization.inc({ connection });
    },
    messageUnreadable({ connection, reason }) {
      counters.parseFailures.inc({ connection, reason });
    },
    quarantineFailed(entry) {
      log.warn({ event: "quarantine.failed", ...entry });
    },
    intakeBroke(error) {
      log.error({ event: "intake.broke", ...traceOf(error) });
    },
  };
}

function intakeCounters(registry: Registry) {
  const counter = (name: string, help: string, labelNames: readonly string[]) =>
    new Counter({
      name: `siro_bridge_intake_${name}_total`,
      help,
      labelNames: [...labelNames],
      registers: [registry],
    });
  const sender = ["source", "connection"];
  return {
    received: counter("received", "Requests that came in", ["source"]),
    acked: counter("acked", "Requests answered with success", [...sender, "outcome"]),
    refused: counter("refused", "Requests refused, by reason", ["source", "reason"]),
    notifications: counter("notifications", "Notifications in acked requests", sender),
    duplicates: counter("duplicates", "Notifications that were known before", sender),
    unusable: counter("unusable", "Notifications stored for an operator only", sender),
    parseFailures: counter("parse_failures", "Unreadable messages, by reason", [
      "connection",
      "reason",
    ]),
    unknownOrganization: counter("unknown_organization", "Messages of an unserved organization", [
      "connection",
    ]),
  };
}

/** The message of an unforeseen error may quote anything: name and places have to do. */
function traceOf(error: unknown): { readonly cause: string; readonly trace: readonly string[] } {
  if (!(error instanceof Error)) {
    return { cause: "unknown", trace: [] };
  }
  const lines = error.stack?.split("\n") ?? [];
  return { cause: error.name, trace: lines.filter((line) => line.startsWith("    at ")) };
}
