import type { IncomingMessage, ServerResponse } from "node:http";
import type { Express } from "express";
import helmet from "helmet";
import type { Redis } from "ioredis";
import { readDossier } from "./books/appointment-book.ts";
import { saveDevice } from "./books/device-book.ts";
import { readTimeline } from "./books/timeline-book.ts";
import type { Config } from "./config.ts";
import { DEMO_APP } from "./demo-connection.ts";
import { sealAddress } from "./devices/sealed-address.ts";
import { createLocalRouter } from "./local-mode/local-router.ts";
import { openStage } from "./local-mode/open-stage.ts";

/** What local mode is made of. */
export interface LocalModeDeps {
  readonly config: Config;
  readonly redis: Redis;
}

/** What local mode adds to the web process. */
export interface LocalMode {
  /** Takes the requests for the stub org; false for any other. */
  readonly listener: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** Ends the streams of open pages. */
  readonly stopStreams: () => void;
  close(): Promise<void>;
}

/** Joins the stage of local mode to the books, puts it at `/` and its org at `/services/`. */
export async function mountLocalMode(
  { config, redis }: LocalModeDeps,
  pages: Express,
): Promise<LocalMode | undefined> {
  const [connection] = config.connections.values();
  if (connection === undefined) {
    return undefined;
  }
  const { name } = connection;
  const ownUrl = `http://127.0.0.1:${config.port}`;
  const { stage, org, deviceSecret, close } = await openStage({
    app: DEMO_APP,
    connection,
    ownUrl,
    secretKey: config.secretKey,
    saveDevice: (device) => saveDevice(redis, device),
    sealAddress: (address) => sealAddress(address, config.secretKey),
    readVisit: async (recordId) => {
      const record = { connection: name, recordId };
      const dossier = await readDossier(redis, record);
      return { prompts: dossier?.prompts ?? [], timeline: await readTimeline(redis, record) };
    },
  });
  const facts = {
    connection: name,
    soapUrl: `${ownUrl}/webhooks/salesforce/${name}/${connection.webhookSecrets[0] ?? ""}`,
    eventsUrl: `${ownUrl}/webhooks/events/${name}`,
    adminUrl: `${ownUrl}/admin`,
  };
  pages.use(helmet({ strictTransportSecurity: false }));
  pages.use(createLocalRouter({ stage, deviceSecret, facts }));
  return {
    stopStreams: stage.close,
    close,
    listener: (request, response) => {
      const isForOrg = request.url?.startsWith("/services/") === true;
      if (isForOrg) {
        org.answer(request, response);
      }
      return isForOrg;
    },
  };
}
