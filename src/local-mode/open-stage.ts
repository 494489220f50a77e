import { createHash, createHmac } from "node:crypto";
import type { Connection } from "../domain/connection.ts";
import type { Device } from "../domain/device.ts";
import { runDemoFlow } from "./demo-flow.ts";
import { createLocalStage, type LocalStage, type VisitRecord } from "./local-stage.ts";
import type { DemoRep } from "./stub-org/seed/demo-people.ts";
import { seedDemoDay } from "./stub-org/seed/seed-demo-day.ts";
import { type StubOrg, startStubOrg } from "./stub-org/start-stub-org.ts";

/** What opening the stage needs from the world. */
export interface OpenStageDeps {
  readonly connection: Connection;
  readonly ownUrl: string;
  readonly app: { readonly clientId: string; readonly clientSecret: string };
  readonly secretKey: Buffer;
  readonly saveDevice: (device: Device) => Promise<void>;
  readonly sealAddress: (address: unknown) => string;
  readonly readVisit: (recordId: string) => Promise<VisitRecord>;
}

/** The open stage, its org, and the secret that its demo phone believes. */
export interface OpenStage {
  readonly stage: LocalStage;
  readonly org: StubOrg;
  readonly deviceSecret: string;
  close(): Promise<void>;
}

/**
 * Opens the stage: a stub org with a realistic day behind the bridge's own address, and a webhook device for
 * its first rep on this very port.
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
  const stage = createLocalStage({ store: org.store, rep, readVisit: deps.readVisit });
  return {
    stage,
    org,
    deviceSecret: secret,
    close: async () => {
      stopFlow();
      await org.stop();
    },
  };
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
