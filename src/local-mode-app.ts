import type { Express } from "express";
import helmet from "helmet";
import type { Redis } from "ioredis";
import { readDossier } from "./books/appointment-book.ts";
import { saveDevice } from "./books/device-book.ts";
import { saveRep } from "./books/rep-book.ts";
import { readTimeline } from "./books/timeline-book.ts";
import type { Config } from "./config.ts";
import { sealAddress } from "./devices/sealed-address.ts";
import { createLocalRouter } from "./local-mode/local-router.ts";
import { openStage } from "./local-mode/open-stage.ts";

/** What local mode is made of. */
export interface LocalModeDeps {
  readonly config: Config;
  readonly redis: Redis;
}

/** Joins the stage of local mode to the books and puts it at `/`; returns how to end its streams. */
export async function mountLocalMode(
  { config, redis }: LocalModeDeps,
  pages: Express,
): Promise<() => void> {
  const [connection] = config.connections.values();
  if (connection === undefined) {
    return () => undefined;
  }
  const { name } = connection;
  const ownUrl = `http://127.0.0.1:${config.port}`;
  const { stage, deviceSecret } = await openStage({
    connection,
    ownUrl,
    secretKey: config.secretKey,
    saveRep: (rep) => saveRep(redis, name, rep),
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
  return stage.close;
}
