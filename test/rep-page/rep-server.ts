import express from "express";
import { findPullDevice } from "../../src/books/device-book.ts";
import { createInvite } from "../../src/books/invite-book.ts";
import { type RepRef, readRepRevision } from "../../src/books/rep-book.ts";
import { openChannels } from "../../src/channels.ts";
import { openRepDesk } from "../../src/deliveries/rep-desk.ts";
import { openDeviceDesk } from "../../src/devices/device-desk.ts";
import { openRepDeviceDesk } from "../../src/devices/rep-device-desk.ts";
import type { Connection } from "../../src/domain/connection.ts";
import { buildLink } from "../../src/recording-link.ts";
import { createLiveDays } from "../../src/rep-page/live-days.ts";
import { createRepRouter } from "../../src/rep-page/rep-router.ts";
import type { RepSignInEntry } from "../../src/rep-page/sign-in-routes.ts";
import { openRepSignIn } from "../../src/salesforce/open-rep-sign-in.ts";
import { composeVapid } from "../../src/vapid.ts";
import {
  type AdminStore,
  aConnection,
  type Call,
  cookieOf,
  listen,
  SECRET_KEY,
} from "../admin/admin-server.ts";
import { REP } from "../admin/state.ts";

/** How a server differs from the usual. */
export interface RepInput {
  readonly connection?: Connection;
  /** Further connections beside the one. */
  readonly others?: readonly Connection[];
  readonly publicUrl?: URL;
  readonly nowMs?: () => number;
  /** How often streams look for news and say that they live. */
  readonly streams?: { readonly everyMs?: number; readonly pingMs?: number };
}

export type RepServer = Awaited<ReturnType<typeof startRep>>;

/** A browser that keeps the cookie of its session. */
export type RepBrowser = ReturnType<typeof browserAt>;

/** Starts the reps' endpoints on a real HTTP port over a store. */
export async function startRep({ redis, queues }: AdminStore, input: RepInput = {}) {
  const connection = input.connection ?? aConnection();
  const connections = new Map(
    [connection, ...(input.others ?? [])].map((one) => [one.name, one] as const),
  );
  const publicUrl = input.publicUrl ?? new URL("http://bridge.example.com");
  const nowMs = input.nowMs ?? Date.now;
  const reported: unknown[] = [];
  const sent: string[] = [];
  const signIns: RepSignInEntry[] = [];
  const vapid = composeVapid({
    givenSubject: undefined,
    givenPrivateKey: undefined,
    publicUrl,
    isLocalMode: true,
    secretKey: SECRET_KEY,
  });
  const open = openChannels({ outboundAllow: ["127.0.0.1"], connections, vapid });
  const { channels } = open;
  const shared = { redis, connections, publicUrl, nowMs, secretKey: SECRET_KEY };
  const desk = openRepDesk({
    ...shared,
    buildLink,
    deliveries: queues.deliveries,
    canClear: () => false,
    announceSent: async (ref) => void sent.push(ref.promptId),
  });
  const deviceDeps = { ...shared, channels, deliveries: queues.deliveries };
  const devices = openDeviceDesk(deviceDeps);
  let revisionReads = 0;
  const live = createLiveDays({
    readRevision: (rep) => {
      revisionReads += 1;
      return readRepRevision(redis, rep);
    },
    readDay: desk.readDay,
    nowMs,
    ...input.streams,
  });
  const app = express();
  app.use(
    createRepRouter({
      ...shared,
      ...desk,
      ...input.streams,
      live,
      devices: openRepDeviceDesk(deviceDeps),
      findPullDevice: (tokenHash) => findPullDevice(redis, tokenHash),
      roadsOf: (name) => ({
        vapidPublicKey: vapid?.publicKey ?? null,
        ntfy: connections.get(name)?.channels.ntfy ?? null,
      }),
      salesforceSignIn: openRepSignIn({ connections, publicUrl }),
      signInEnded: (entry) => void signIns.push(entry),
      trustedProxies: [],
      report: (error) => void reported.push(error),
    }),
  );
  const { url, close } = await listen(app);
  const rep = { connection: connection.name, userId: REP.userId };
  const invite = (whom: RepRef = rep, lifeMs = 3_600_000) =>
    createInvite(redis, whom, nowMs() + lifeMs);
  return {
    url,
    devices,
    live,
    reported,
    /** The prompts that were announced as sent, in order. */
    sent,
    /** How reps' sign-ins with Salesforce ended. */
    signIns,
    /** How often streams asked the store for a revision. */
    revisionReads: () => revisionReads,
    call: (path: string, call: Call = {}) => send(`${url}${path}`, call),
    next: (token: string) =>
      fetch(`${url}/v1/next-link`, { headers: { authorization: `Bearer ${token}` } }),
    invite,
    /** A browser in which nobody is signed in. */
    browser: () => browserAt(url),
    /** A browser in which a rep has followed an invite. */
    signedIn: async (whom: RepRef = rep) => {
      const browser = browserAt(url);
      const answer = await browser.post(`/invites/${await invite(whom)}`);
      if (answer.status !== 201) {
        throw new Error(`the invite was answered ${answer.status}`);
      }
      return browser;
    },
    /** Enrols a pull device of the test rep. */
    enrolPull: async () => {
      const outcome = await devices.enrol(rep, { channel: "pull" });
      if (outcome.kind !== "enrolled" || outcome.token === undefined) {
        throw new Error(`the device was not enrolled: ${outcome.kind}`);
      }
      return { deviceId: outcome.deviceId, token: outcome.token };
    },
    stop: async () => {
      live.close();
      await close();
      await open.close();
    },
  };
}

function browserAt(url: string) {
  let cookie = "";
  const api = async (path: string, call: Call = {}): Promise<Response> => {
    const headers = { ...(cookie === "" ? {} : { cookie }), ...call.headers };
    const answer = await send(`${url}/rep/api${path}`, { ...call, headers });
    cookie = cookieOf(answer) || cookie;
    return answer;
  };
  return {
    api,
    post: (path: string, body: unknown = {}) => api(path, { method: "POST", body }),
    cookie: () => cookie,
    /** As if somebody had put a cookie there. */
    plant: (planted: string) => {
      cookie = planted;
    },
  };
}

function send(url: string, { method = "GET", body, headers = {} }: Call): Promise<Response> {
  return fetch(url, {
    method,
    redirect: "manual",
    headers: body === undefined ? headers : { "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}
