import { afterAll, beforeAll, beforeEach } from "@jest/globals";
import {
  type AdminServer,
  type AdminStore,
  startAdmin,
  startStore,
} from "../admin/admin-server.ts";
import { anAcme, type CliRun, cliUnderTest } from "./cli-under-test.ts";

/** A bridge that answers operators, and the command line that asks it. */
export interface BridgeForCli {
  /** Once the tests run; it is empty before each of them. */
  readonly store: () => AdminStore;
  readonly run: (args: readonly string[], env: Readonly<Record<string, string>>) => Promise<CliRun>;
}

/** Starts one for a file of tests; call it once, before other preparations. */
export function bridgeForCli(): BridgeForCli {
  const run = cliUnderTest();
  let store: AdminStore;
  let admin: AdminServer;
  beforeAll(async () => {
    store = await startStore();
    admin = await startAdmin(store);
  });
  beforeEach(() => store.redis.flushall());
  afterAll(async () => {
    await admin.stop();
    await store.stop();
  });
  return {
    store: () => store,
    run: (args, env) => {
      const { hostname, port } = new URL(admin.url);
      return run(args, { connections: [anAcme()], env: { HOST: hostname, PORT: port, ...env } });
    },
  };
}
