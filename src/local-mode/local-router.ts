import { join } from "node:path";
import express, { type NextFunction, type Request, type Response, type Router } from "express";
import { Webhook } from "standardwebhooks";
import { bookingSchema, changeSchema } from "./demo-day.ts";
import { notificationSchema, phoneDeedSchema } from "./demo-phone.ts";
import type { LocalStage } from "./local-stage.ts";

const LOOPBACK_HOST = /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/;
const PAGE_DIR = join(import.meta.dirname, "page");

/** What the pages of local mode need. */
export interface LocalRouterDeps {
  readonly stage: LocalStage;
  /** The secret of the demo device, whose messages arrive here. */
  readonly deviceSecret: string;
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
export function createLocalRouter({ stage, deviceSecret, facts }: LocalRouterDeps): Router {
  const router = express.Router({ caseSensitive: true });
  router.use(["/", "/local"], refuseForeignHosts);
  router.get("/", (_request, response) => {
    response.sendFile("index.html", { root: PAGE_DIR });
  });
  router.use("/local/page", express.static(PAGE_DIR, { index: false }));
  router.get("/local/facts", (_request, response) => {
    response.json(facts);
  });
  router.get("/local/feed", (_request, response) => stage.follow(response));
  router.post("/local/device", express.text({ type: () => true }), (request, response) => {
    response.sendStatus(receivePrompt(stage, deviceSecret, request));
  });
  router.post("/local/phone", express.json(), async (request, response) => {
    const asked = phoneDeedSchema.safeParse(request.body);
    const isDone = asked.success && (await stage.phone.act(asked.data));
    response.status(isDone ? 200 : 400).json(stage.phone.view());
  });
  router.post("/local/visits", express.json(), (request, response) => {
    const booking = bookingSchema.safeParse(request.body);
    if (booking.success) {
      response.status(201).json(stage.book(booking.data));
    } else {
      response
        .status(400)
        .json({ error: { code: "INPUT_INVALID", message: booking.error.message } });
    }
  });
  router.post("/local/visits/change", express.json(), (request, response) => {
    const asked = changeSchema.safeParse(request.body);
    const visit = asked.success ? stage.change(asked.data.recordId, asked.data.change) : undefined;
    response
      .status(visit === undefined ? 404 : 200)
      .json(visit ?? { error: { code: "NOT_FOUND" } });
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

/** The demo phone: it believes what is signed with its own secret. */
function receivePrompt(stage: LocalStage, secret: string, request: Request): number {
  const body: unknown = request.body;
  const headers = Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
  );
  try {
    const message = new Webhook(secret).verify(String(body), headers);
    stage.phone.receive(notificationSchema.parse(message));
    return 204;
  } catch {
    return 401;
  }
}
