import { z } from "zod";
import { listOpenAlerts, listRecentAlerts, listRoadNotes } from "../books/alert-book.ts";
import type { AlertNotice } from "../domain/alert.ts";
import { type AlertTargets, alertRoads } from "../domain/alert-roads.ts";
import { isoInstant } from "../domain/instant.ts";
import { showAlert, shownAlertSchema } from "../domain/shown-alert.ts";
import type { AdminApiDeps } from "./admin-api.ts";
import type { AdminRoute } from "./admin-route.ts";

/** What the routes need from the world. */
export interface AlertRoutesDeps extends Pick<AdminApiDeps, "redis" | "queues" | "publicUrl"> {
  /** Where alerts go to; undefined: nowhere. */
  readonly alerts?: AlertTargets | undefined;
  readonly nowMs: () => number;
}

/** A way on which alerts leave, and how the last try went. */
const roadSchema = z.object({
  /** `webhook`, or `email-` and the place of the address in `ALERT_EMAIL_TO`, from 0. */
  road: z.string(),
  at: z.iso.datetime().nullable(),
  isDelivered: z.boolean().nullable(),
  answer: z.string().nullable(),
});

/** What is wrong now, what was, and how people are told. */
const alertsReply = z.object({
  open: z.array(shownAlertSchema),
  recent: z.array(shownAlertSchema),
  roads: z.array(roadSchema),
});

/** What a test alert was handed to. */
const alertTestReply = z.object({ noticeId: z.string(), roads: z.array(z.string()) });

/** The routes of alerts: the list, and a harmless one to see whether it arrives. */
export function alertRoutes(deps: AlertRoutesDeps): readonly AdminRoute[] {
  return [
    {
      method: "get",
      path: "/alerts",
      describes: {
        summary: "Open and recent alerts, and how people are told",
        replies: { 200: alertsReply },
      },
      handle: async () => ({ status: 200, body: await readAlerts(deps) }),
    },
    {
      method: "post",
      path: "/alerts/test",
      describes: {
        summary: "Send a test alert on every way out",
        replies: { 202: alertTestReply },
      },
      role: "admin",
      handle: async () => ({
        status: 202,
        body: await sendTest(deps),
        audit: { what: "Sent a test alert" },
      }),
    },
  ];
}

async function readAlerts({
  redis,
  publicUrl,
  alerts = NOWHERE,
}: AlertRoutesDeps): Promise<z.infer<typeof alertsReply>> {
  const [open, recent, notes] = await Promise.all([
    listOpenAlerts(redis),
    listRecentAlerts(redis),
    listRoadNotes(redis),
  ]);
  return {
    open: open.map((alert) => showAlert(alert, publicUrl)),
    recent: recent.map((alert) => showAlert(alert, publicUrl)),
    roads: alertRoads(alerts).map((road) => {
      const last = notes.find((note) => note.road === road);
      const at = last === undefined ? null : isoInstant(last.atMs);
      return { road, at, isDelivered: last?.isDelivered ?? null, answer: last?.answer ?? null };
    }),
  };
}

const NOWHERE: AlertTargets = { webhook: undefined, email: undefined };

async function sendTest({
  queues,
  nowMs,
  alerts = NOWHERE,
}: AlertRoutesDeps): Promise<z.infer<typeof alertTestReply>> {
  const roads = alertRoads(alerts);
  const notice = testNotice(nowMs());
  await queues.alerts.send(roads.map((road) => ({ notice, road })));
  return { noticeId: notice.noticeId, roads: [...roads] };
}

function testNotice(atMs: number): AlertNotice {
  const alertId = `ALERT_TEST-${atMs}`;
  return {
    noticeId: `${alertId}-1`,
    kind: "test",
    atMs,
    alert: {
      alertId,
      code: "ALERT_TEST",
      severity: "warning",
      text: "An operator asked for a test alert; nothing is wrong",
      count: 1,
      openedAtMs: atMs,
    },
  };
}
