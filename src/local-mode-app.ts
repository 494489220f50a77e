import type { IncomingMessage, ServerResponse } from "node:http";
import type { Express } from "express";
import helmet from "helmet";
import type { Redis } from "ioredis";
import { readRecordFacts } from "./admin/read-summary-facts.ts";
import { summarizeAppointment } from "./admin/summarize-appointment.ts";
import { readDossier } from "./books/appointment-book.ts";
import { saveDevice } from "./books/device-book.ts";
import type { Config } from "./config.ts";
import { DEMO_APP, DEMO_SIRO_PATH } from "./demo-connection.ts";
import { sealAddress } from "./devices/sealed-address.ts";
import { createLocalRouter } from "./local-mode/local-router.ts";
import { openStage } from "./local-mode/open-stage.ts";
import { openWorkerCount } from "./queues/count-workers.ts";

/** What local mode is made of. */
export interface LocalModeDeps {
  readonly config: Config;
  readonly redis: Redis;
}

/** What local mode adds to the web process. */
export interface LocalMode {
  /** Puts the stage's page at `/`. */
  readonly mount: (pages: Express) => void;
  /** Takes the requests for the stub org and the stub Siro; false for any other. */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Ends the streams of open pages. */
  readonly stopStreams: () => void;
  close(): Promise<void>;
}

/**
 * Joins the stage of local mode to the books: its page at `/`, its org at `/services/` and `/id/`, its Siro below `/local/`.
 *
 * It is opened once and outlives every change of the connections: its org has no store of its own.
 */
export async function openLocalMode({
  config,
  redis,
}: LocalModeDeps): Promise<LocalMode | undefined> {
  const connection = config.connections.get("demo");
  if (connection === undefined) {
    return undefined;
  }
  const { name } = connection;
  const workers = openWorkerCount(redis);
  const ownUrl = `http://127.0.0.1:${config.port}`;
  const { stage, org, siro, deviceSecret, close } = await openStage({
    app: { ...DEMO_APP, callbackUrls: [new URL("/rep/sign-in/callback", config.publicUrl).href] },
    connection,
    ownUrl,
    siroUrl: ownUrl + DEMO_SIRO_PATH,
    secretKey: config.secretKey,
    saveDevice: (device) => saveDevice(redis, device),
    sealAddress: (address) => sealAddress(address, config.secretKey),
    countWorkers: () => workers.read(),
    readVisit: async (recordId) => {
      const record = { connection: name, recordId };
      const dossier = await readDossier(redis, record);
      const facts = await readRecordFacts(redis, record, { dossier, nowMs: Date.now() });
      const { prompts = [], receipts = [] } = dossier ?? {};
      const summary = dossier && summarizeAppointment(facts).summary;
      return { prompts, receipts, summary, timeline: facts.timeline };
    },
  });
  const facts = {
    connection: name,
    soapUrl: `${ownUrl}/webhooks/salesforce/${name}/${connection.webhookSecrets[0] ?? ""}`,
    eventsUrl: `${ownUrl}/webhooks/events/${name}`,
    siroUrl: `${ownUrl}/webhooks/siro/${name}`,
    adminUrl: `${ownUrl}/admin`,
  };
  return {
    mount: (pages) => {
      pages.use(helmet({ strictTransportSecurity: false }));
      pages.use(createLocalRouter({ stage, deviceSecret, facts, killWorker }));
    },
    stopStreams: stage.close,
    close: async () => {
      await Promise.all([close(), workers.close()]);
    },
    listener: (request, response) => {
      const { url = "" } = request;
      if (url.startsWith(`${DEMO_SIRO_PATH}/`)) {
        request.url = url.slice(DEMO_SIRO_PATH.length);
        siro.answer(request, response);
        return true;
      }
      const isForOrg = /^\/(services|id)\//.test(url);
      if (isForOrg) {
        org.answer(request, response);
      }
      return isForOrg;
    },
  };
}

/** The supervisor does it; where there is none, nobody can. */
function killWorker(): boolean {
  return process.send?.({ kind: "kill", child: "worker" }) ?? false;
}
