import { afterEach } from "@jest/globals";
import {
  type StubSiro,
  type StubSiroOptions,
  startStubSiro,
} from "../../src/local-mode/stub-siro/start-stub-siro.ts";
import type { SiroBudget } from "../../src/siro/ask-siro.ts";
import { type OpenSiroDeps, openSiro } from "../../src/siro/open-siro.ts";
import { aConnection } from "../support/bridge-state.ts";

/** Lets everything through. */
export const NO_LIMIT: SiroBudget = { take: async () => 0, pause: async () => undefined };

/** Starts Siros that end with the test they were started in, and opens clients to them; call once per file. */
export function siroStage() {
  const running: StubSiro[] = [];
  afterEach(async () => {
    await Promise.all(running.splice(0).map((siro) => siro.stop()));
  });
  const start = async (options: StubSiroOptions = {}): Promise<StubSiro> => {
    const siro = await startStubSiro(options);
    running.push(siro);
    return siro;
  };
  return { start, clientOf };
}

/** The client of a connection with this Siro, as a worker has it. */
export function clientOf(
  { settings }: Pick<StubSiro, "settings">,
  own: Partial<OpenSiroDeps> & { readonly siro?: Readonly<Record<string, unknown>> } = {},
) {
  const { siro, ...deps } = own;
  const connection = aConnection({ siro: { ...settings, ...siro } });
  const client = openSiro(connection, { budget: NO_LIMIT, nowMs: Date.now, ...deps });
  if (client === undefined) {
    throw new Error("no client without a token");
  }
  return client;
}
