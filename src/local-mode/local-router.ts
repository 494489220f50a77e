import { join } from "node:path";
import express, { type NextFunction, type Request, type Response, type Router } from "express";
import { Webhook } from "standardwebhooks";
import { z } from "zod";
import { bookingSchema, changeSchema } from "./demo-day.ts";
import { notificationSchema, phoneCallSchema } from "./demo-phone.ts";
import type { LocalStage } from "./local-stage.ts";

const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;
/** JSON, so that no page elsewhere can ask for it unasked. */
const nothingSchema = z.strictObject({});
const NOT_FOUND = { error: { code: "NOT_FOUND" } };
const PAGE_DIR = join(import.meta.dirname, "page");

/** What the pages of local mode need. */
export interface LocalRouterDeps {
  readonly stage: LocalStage;
  /** The secret of the demo phones, whose messages arrive here. */
  readonly deviceSecret: string;
  /** Kills the worker as an outage would; false where this process cannot. */
  readonly killWorker: () => boolean;
  /** Shown on the page, so that a newcomer can look behind the scenes. */
  readonly facts: {
    readonly connection: string;
    readonly soapUrl: string;
    readonly eventsUrl: string;
    readonly siroUrl: string;
    readonly adminUrl: string;
  };
}

/** Serves the stage of local mode at `/`; every other host name than this machine's is refused. */
export function createLocalRouter(deps: LocalRouterDeps): Router {
  const { stage, facts } = deps;
  const router = express.Router({ caseSensitive: true });
  router.use(["/", "/local"], refuseForeignHosts);
  router.get("/", (_request, response) => {
    response.sendFile("index.html", { root: PAGE_DIR });
  });
  router.use("/local/page", express.static(PAGE_DIR, { index: false }));
  router.get("/local/facts", (_request, response) => {
    const reps = stage.reps.map(({ userId, name }) => ({ userId, name }));
    response.json({ ...facts, reps });
  });
  router.get("/local/feed", (_request, response) => stage.follow(response));
  router.post("/local/devices/:userId", express.text({ type: () => true }), (request, response) => {
    response.sendStatus(receivePrompt(deps, request));
  });
  router.post("/local/phone", express.json(), async (request, response) => {
    const asked = phoneCallSchema.safeParse(request.body).data;
    const phone = asked && stage.phoneOf(asked.userId);
    const isDone = asked && (await phone?.act(asked.deed));
    response.status(isDone === true ? 200 : 400).json(phone?.view() ?? NOT_FOUND);
  });
  router.post("/local/visits", express.json(), (request, response) => {
    const asked = bookingSchema.safeParse(request.body);
    const visit = asked.success ? stage.book(asked.data) : undefined;
    const message = asked.error?.message ?? "Nobody has this user id";
    const refusal = { error: { code: "INPUT_INVALID", message } };
    response.status(visit === undefined ? 400 : 201).json(visit ?? refusal);
  });
  router.post("/local/visits/change", express.json(), (request, response) => {
    const asked = changeSchema.safeParse(request.body);
    const visit = asked.success ? stage.change(asked.data.recordId, asked.data.change) : undefined;
    response.status(visit === undefined ? 404 : 200).json(visit ?? NOT_FOUND);
  });
  router.post("/local/day/play", express.json(), (request, response) => {
    const isAsked = nothingSchema.safeParse(request.body).success;
    response.status(isAsked ? 200 : 400).json({ moved: isAsked ? stage.play() : 0 });
  });
  router.post("/local/worker/kill", express.json(), (request, response) => {
    const isAsked = nothingSchema.safeParse(request.body).success;
    response.sendStatus(isAsked && deps.killWorker() ? 202 : 409);
  });
  return router;
}

/** A page elsewhere may make a browser call 127.0.0.1 under a name of its own. */
function refuseForeignHosts(request: Request, response: Response, next: NextFunction): void {
  if (LOOPBACK_HOST.test(request.headers.host ?? "")) {
    next();
  } else {
    response
      .status(421)
      .type("text/plain")
      .send("Local mode answers to 127.0.0.1 and localhost only");
  }
}

/** The phones believe what is signed with their secret; one without a network takes nothing. */
function receivePrompt({ stage, deviceSecret }: LocalRouterDeps, request: Request): number {
  const body: unknown = request.body;
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  const phone = stage.phoneOf(String(request.params["userId"]));
  try {
    const message = new Webhook(deviceSecret).verify(String(body), headers);
    return phone?.receive(notificationSchema.parse(message)) === true ? 204 : 503;
  } catch {
    return 401;
  }
}
