import express from "express";
import { findPullDevice } from "../../src/books/device-book.ts";
import { openRepDesk } from "../../src/deliveries/rep-desk.ts";
import { openDeviceDesk } from "../../src/devices/device-desk.ts";
import type { Connection } from "../../src/domain/connection.ts";
import { buildLink } from "../../src/recording-link.ts";
import { createRepRouter } from "../../src/rep-page/rep-router.ts";
import {
  type AdminStore,
  aConnection,
  type Call,
  listen,
  SECRET_KEY,
} from "../admin/admin-server.ts";
import { REP } from "../admin/state.ts";

/** How a server differs from the usual. */
export interface RepInput {
  readonly connection?: Connection;
  readonly publicUrl?: URL;
}

export type RepServer = Awaited<ReturnType<typeof startRep>>;

/** Starts the reps' endpoints on a real HTTP port over a store. */
export async function startRep({ redis, queues }: AdminStore, input: RepInput = {}) {
  const connection = input.connection ?? aConnection();
  const reported: unknown[] = [];
  const desk = openRepDesk({
    redis,
    connections: new Map([[connection.name, connection]]),
    buildLink,
    publicUrl: input.publicUrl ?? new URL("http://bridge.example.com"),
    nowMs: Date.now,
  });
  const devices = openDeviceDesk({
    redis,
    channels: new Map(),
    secretKey: SECRET_KEY,
    publicUrl: input.publicUrl ?? new URL("http://bridge.example.com"),
    deliveries: queues.deliveries,
    nowMs: Date.now,
  });
  const app = express();
  app.use(
    createRepRouter({
      ...desk,
      findPullDevice: (tokenHash) => findPullDevice(redis, tokenHash),
      trustedProxies: [],
      nowMs: Date.now,
      report: (error) => void reported.push(error),
    }),
  );
  const { url, close } = await listen(app);
  return {
    url,
    devices,
    reported,
    call: (path: string, { method = "GET", headers = {} }: Call = {}) =>
      fetch(`${url}${path}`, { method, headers, redirect: "manual" }),
    next: (token: string) =>
      fetch(`${url}/v1/next-link`, { headers: { authorization: `Bearer ${token}` } }),
    /** Enrols a pull device of the test rep. */
    enrolPull: async () => {
      const rep = { connection: connection.name, userId: REP.userId };
      const outcome = await devices.enrol(rep, { channel: "pull" });
      if (outcome.kind !== "enrolled" || outcome.token === undefined) {
        throw new Error(`the device was not enrolled: ${outcome.kind}`);
      }
      return { deviceId: outcome.deviceId, token: outcome.token };
    },
    stop: close,
  };
}
