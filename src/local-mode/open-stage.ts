import { createHash, createHmac } from "node:crypto";
import type { Connection } from "../domain/connection.ts";
import type { Device } from "../domain/device.ts";
import type { Rep } from "../domain/rep.ts";
import { DEMO_REP } from "./demo-day.ts";
import { createLocalStage, type LocalStage, type VisitRecord } from "./local-stage.ts";

/** What opening the stage needs from the world. */
export interface OpenStageDeps {
  readonly connection: Connection;
  readonly ownUrl: string;
  readonly secretKey: Buffer;
  readonly saveRep: (rep: Rep) => Promise<void>;
  readonly saveDevice: (device: Device) => Promise<void>;
  readonly sealAddress: (address: unknown) => string;
  readonly readVisit: (recordId: string) => Promise<VisitRecord>;
}

/** The open stage and the secret that its demo phone believes. */
export interface OpenStage {
  readonly stage: LocalStage;
  readonly deviceSecret: string;
}

/** Opens the stage: makes the demo rep known and her webhook device reachable on this very port. */
export async function openStage(deps: OpenStageDeps): Promise<OpenStage> {
  const { connection, ownUrl, secretKey } = deps;
  const digest = createHmac("sha256", secretKey).update("demo-device").digest("base64");
  const deviceSecret = `whsec_${digest}`;
  const address = { url: `${ownUrl}/local/device`, secret: deviceSecret };
  await deps.saveRep(DEMO_REP);
  await deps.saveDevice({
    deviceId: "demo-device",
    connection: connection.name,
    userId: DEMO_REP.userId,
    channel: "webhook",
    label: "Demo phone on the page",
    state: "active",
    sealedAddress: deps.sealAddress(address),
    addressHash: createHash("sha256").update(address.url).digest("base64url"),
    createdAtMs: Date.now(),
  });
  const stage = createLocalStage({
    connection,
    readVisit: deps.readVisit,
    postToOwnDoor: async (path, { headers, body }) => {
      const answer = await fetch(`${ownUrl}${path}`, { method: "POST", headers, body });
      return answer.status;
    },
  });
  return { stage, deviceSecret };
}
