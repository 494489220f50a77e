import express from "express";
import { connectionSchema } from "../../src/domain/connection.ts";
import { createClientAddress } from "../../src/http/client-address.ts";
import { errorResponder } from "../../src/http/error-responder.ts";
import { createFailureLimit } from "../../src/http/failure-limit.ts";
import { mountRoutes } from "../../src/http/route.ts";
import { addRep } from "../../src/local-mode/stub-org/seed/demo-people.ts";
import { startStubOrg } from "../../src/local-mode/stub-org/start-stub-org.ts";
import { changeSession } from "../../src/rep-page/admit-rep.ts";
import { createRepGuard } from "../../src/rep-page/rep-guard.ts";
import { type RepSignInEntry, signInRoutes } from "../../src/rep-page/sign-in-routes.ts";
import { openRepSignIn } from "../../src/salesforce/open-rep-sign-in.ts";
import { type AdminStore, listen } from "../admin/admin-server.ts";
import { createBrowser } from "./test-browser.ts";

/** The secret of the stub org's app; it must show up nowhere. */
export const CLIENT_SECRET = "an-invented-consumer-secret";

/** How long a test waits for the org. */
const TIMEOUT_MS = 500;

/** How a stage differs from the usual. */
export interface SignInStageInput {
  readonly organizationId?: string;
  readonly repSignIn?: Readonly<Record<string, string>>;
  readonly nowMs?: () => number;
  readonly publicUrl?: URL;
  readonly failures?: number;
}

export type SignInStage = Awaited<ReturnType<typeof startSignInStage>>;

/** Starts the sign-in routes on a real port, with a stub org whose app sends its users back there. */
export async function startSignInStage({ redis }: AdminStore, input: SignInStageInput = {}) {
  const entries: RepSignInEntry[] = [];
  const reported: unknown[] = [];
  const nowMs = input.nowMs ?? Date.now;
  const app = express();
  const { url, close } = await listen(app);
  const publicUrl = input.publicUrl ?? new URL(url);
  const callbackUrl = new URL("/rep/sign-in/callback", publicUrl).href;
  const org = await startStubOrg({
    tokenNowMs: nowMs,
    app: { clientSecret: CLIENT_SECRET, callbackUrls: [callbackUrl] },
  });
  const { clientId, clientSecret } = org.app;
  const acme = connectionSchema.parse({
    name: "acme",
    organizationId: input.organizationId ?? org.organizationId,
    webhookSecrets: ["0123456789abcdef0123456789abcdef-first"],
    salesforce: {
      instanceUrl: org.url,
      auth: { kind: "client-credentials", clientId, clientSecret },
      repSignIn: input.repSignIn ?? { clientId, clientSecret },
    },
  });
  const { salesforce: _, ...rest } = acme;
  const plain = connectionSchema.parse({ ...rest, name: "plain" });
  const connections = new Map([acme, plain].map((one) => [one.name, one]));
  const revoked: string[] = [];
  const admission = {
    ...{ redis, publicUrl, nowMs },
    guard: createRepGuard({ redis, connections, noteSeen: async () => "seen" }),
    revokeDevice: async ({ deviceId }: { readonly deviceId: string }) => revoked.push(deviceId),
  };
  mountRoutes(
    app,
    signInRoutes({
      ...{ redis, publicUrl, nowMs },
      failures: createFailureLimit({
        redis,
        limit: "rep-page",
        failures: input.failures ?? 100,
        windowMs: 900_000,
        clients: createClientAddress([]),
        nowMs,
      }),
      salesforceSignIn: openRepSignIn({ connections, publicUrl, timeoutMs: TIMEOUT_MS }),
      signInEnded: (entry) => void entries.push(entry),
      changeSession: (request, rep) => changeSession(admission, request, rep),
    }),
  );
  app.use(errorResponder((error) => void reported.push(error)));
  return {
    ...{ url, org, acme, connections, entries, reported, revoked },
    dana: addRep(org.store, "Dana", "Reed"),
    milo: addRep(org.store, "Milo", "Hart"),
    browser: () => createBrowser(url),
    stop: async () => {
      await org.stop();
      await close();
    },
  };
}

/** Begins a sign-in in a browser and approves it as a user who has a session at Salesforce; gives the callback. */
export async function signInUntilCallback(
  browser: ReturnType<typeof createBrowser>,
  username: string,
): Promise<string> {
  const begun = await browser.get("/rep/sign-in/acme");
  return approveAs(begun.headers.get("location") ?? "", username);
}

/** Approves at the org as a user who is signed in there; gives where the browser is sent back to. */
export async function approveAs(authorizeUrl: string, username: string): Promise<string> {
  const url = new URL(authorizeUrl);
  url.searchParams.set("login_hint", username);
  const approved = await fetch(url, { redirect: "manual" });
  const location = approved.headers.get("location");
  if (location === null) {
    throw new Error(`not approved: ${approved.status} ${await approved.text()}`);
  }
  return location;
}
