import { createHash, createHmac } from "node:crypto";
import type { Connection } from "../domain/connection.ts";
import type { Device } from "../domain/device.ts";
import { runDemoFlow } from "./demo-flow.ts";
import { createDemoPhone, type DemoPhone } from "./demo-phone.ts";
import {
  createLocalStage,
  type LocalStage,
  type LocalStageDeps,
  type VisitRecord,
} from "./local-stage.ts";
import type { DemoRep } from "./stub-org/seed/demo-people.ts";
import { seedDemoDay } from "./stub-org/seed/seed-demo-day.ts";
import { type StubOrg, startStubOrg } from "./stub-org/start-stub-org.ts";
import { textOf } from "./stub-org/store/record.ts";
import type { RecordStore } from "./stub-org/store/record-store.ts";
import { type StubSiro, startStubSiro } from "./stub-siro/start-stub-siro.ts";

/** What opening the stage needs from the world. */
export interface OpenStageDeps {
  readonly connection: Connection;
  readonly ownUrl: string;
  /** Where the bridge looks for Siro; requests that arrive there go to the stub. */
  readonly siroUrl: string;
  readonly app: {
    readonly clientId: string;
    readonly clientSecret: string;
    readonly callbackUrls: readonly string[];
  };
  readonly secretKey: Buffer;
  readonly saveDevice: (device: Device) => Promise<void>;
  readonly sealAddress: (address: unknown) => string;
  readonly readVisit: (recordId: string) => Promise<VisitRecord>;
  readonly countWorkers: LocalStageDeps["countWorkers"];
}

/** The open stage, its org, its Siro, and the secret that its phones believe. */
export interface OpenStage {
  readonly stage: LocalStage;
  readonly org: StubOrg;
  readonly siro: StubSiro;
  readonly deviceSecret: string;
  close(): Promise<void>;
}

/**
 * Opens the stage: a stub org with a realistic day and a stub Siro behind the bridge's own address, and the
 * phones of its reps on this very port.
 */
export async function openStage(deps: OpenStageDeps): Promise<OpenStage> {
  const { connection, ownUrl, app } = deps;
  const org = await startStubOrg({
    organizationId: connection.organizationId,
    publicUrl: ownUrl,
    idsAfter: Math.floor(Date.now() / 1000),
    app,
  });
  const { store } = org;
  const { reps } = seedDemoDay(org, { now: new Date() });
  const deviceSecret = demoSecret(deps);
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  for (const rep of reps) {
    // They live where the page is looked at, so that all times on it agree.
    store.update(rep.userId, { TimeZoneSidKey: timeZone });
    await deps.saveDevice(demoDevice(deps, { rep, secret: deviceSecret }));
  }
  const door = `${ownUrl}/webhooks/salesforce/${connection.name}/${connection.webhookSecrets[0] ?? ""}`;
  const stopFlow = runDemoFlow(org, door);
  const siro = await openSiro(deps);
  const stage = createLocalStage({
    store,
    reps: reps.map((rep) => ({ ...rep, phone: openPhone(siro, { rep, store }) })),
    readVisit: deps.readVisit,
    countWorkers: deps.countWorkers,
  });
  return {
    stage,
    org,
    siro,
    deviceSecret,
    close: async () => {
      stopFlow();
      await Promise.all([org.stop(), siro.stop()]);
    },
  };
}

/** The Siro that the connection's settings speak of; its webhooks come to the bridge's own door. */
async function openSiro({ connection, ownUrl, siroUrl }: OpenStageDeps): Promise<StubSiro> {
  const { apiToken, userApp, webhookSecret } = connection.siro ?? {};
  const siro = await startStubSiro({
    publicUrl: siroUrl,
    linkHost: connection.links.host,
    ...(apiToken === undefined ? {} : { apiToken }),
    ...(userApp === undefined ? {} : { userApp }),
  });
  if (webhookSecret !== undefined) {
    const url = `${ownUrl}/webhooks/siro/${connection.name}`;
    siro.webhooks.endpoint = { url, secret: webhookSecret };
  }
  return siro;
}

function openPhone(
  siro: StubSiro,
  { rep, store }: { readonly rep: DemoRep; readonly store: RecordStore },
): DemoPhone {
  const [firstName = rep.name] = rep.name.split(" ");
  const { phone, id } = siro.addRep({ email: rep.email, firstName });
  const nameOf = (objectId: string) => {
    const record = store.get(objectId);
    const name = record && (textOf(record, "Name") ?? textOf(record, "AppointmentNumber"));
    return name ?? objectId;
  };
  return createDemoPhone({ siro, phone, siroUserId: id, nameOf });
}

function demoSecret({ secretKey }: OpenStageDeps): string {
  return `whsec_${createHmac("sha256", secretKey).update("demo-device").digest("base64")}`;
}

/** The rep's phone on the page; the same one after a restart. */
function demoDevice(
  { connection, ownUrl, sealAddress }: OpenStageDeps,
  { rep, secret }: { readonly rep: DemoRep; readonly secret: string },
): Device {
  const [firstName = ""] = rep.name.toLowerCase().split(" ");
  const url = `${ownUrl}/local/devices/${rep.userId}`;
  return {
    deviceId: `demo-device-${firstName}`,
    connection: connection.name,
    userId: rep.userId,
    channel: "webhook",
    label: "Demo phone on the page",
    state: "active",
    sealedAddress: sealAddress({ url, secret }),
    addressHash: createHash("sha256").update(url).digest("base64url"),
    createdAtMs: Date.now(),
  };
}
