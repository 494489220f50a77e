import { createHash, createHmac } from "node:crypto";
import type { Connection } from "../domain/connection.ts";
import type { Device } from "../domain/device.ts";
import { runDemoFlow } from "./demo-flow.ts";
import { createDemoPhone, type DemoPhone } from "./demo-phone.ts";
import { createLocalStage, type LocalStage, type VisitRecord } from "./local-stage.ts";
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
}

/** The open stage, its org, its Siro, and the secret that its demo phone believes. */
export interface OpenStage {
  readonly stage: LocalStage;
  readonly org: StubOrg;
  readonly siro: StubSiro;
  readonly deviceSecret: string;
  close(): Promise<void>;
}

/**
 * Opens the stage: a stub org with a realistic day and a stub Siro behind the bridge's own address, and the
 * phone of the first rep on this very port.
 */
export async function openStage(deps: OpenStageDeps): Promise<OpenStage> {
  const { connection, ownUrl, app } = deps;
  const org = await startStubOrg({
    organizationId: connection.organizationId,
    publicUrl: ownUrl,
    idsAfter: Math.floor(Date.now() / 1000),
    app,
  });
  const [rep] = seedDemoDay(org, { now: new Date() }).reps;
  if (rep === undefined) {
    throw new Error("The demo day has no rep");
  }
  const { device, secret } = demoDevice(deps, rep);
  await deps.saveDevice(device);
  const door = `${ownUrl}/webhooks/salesforce/${connection.name}/${connection.webhookSecrets[0] ?? ""}`;
  const stopFlow = runDemoFlow(org, door);
  const siro = await openSiro(deps);
  const phone = openPhone(siro, { rep, store: org.store });
  const stage = createLocalStage({ store: org.store, rep, phone, readVisit: deps.readVisit });
  return {
    stage,
    org,
    siro,
    deviceSecret: secret,
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
  const { phone } = siro.addRep({ email: rep.email, firstName });
  const nameOf = (objectId: string) => {
    const record = store.get(objectId);
    const name = record && (textOf(record, "Name") ?? textOf(record, "AppointmentNumber"));
    return name ?? objectId;
  };
  return createDemoPhone({ siro, phone, nameOf });
}

function demoDevice(
  { connection, ownUrl, secretKey, sealAddress }: OpenStageDeps,
  rep: DemoRep,
): { readonly device: Device; readonly secret: string } {
  const digest = createHmac("sha256", secretKey).update("demo-device").digest("base64");
  const secret = `whsec_${digest}`;
  const url = `${ownUrl}/local/device`;
  const device: Device = {
    deviceId: "demo-device",
    connection: connection.name,
    userId: rep.userId,
    channel: "webhook",
    label: "Demo phone on the page",
    state: "active",
    sealedAddress: sealAddress({ url, secret }),
    addressHash: createHash("sha256").update(url).digest("base64url"),
    createdAtMs: Date.now(),
  };
  return { device, secret };
}
