import type { Scenario } from "../scenario.ts";
import { BAD_NETWORK } from "./bad-network.ts";
import { BAD_PROVIDERS } from "./bad-providers.ts";
import { BAD_SENDERS } from "./bad-senders.ts";
import { BROKEN_STORE } from "./broken-store.ts";
import { BURSTS } from "./bursts.ts";
import { KILLED_PROCESSES } from "./killed-processes.ts";
import { ODD_EVENTS } from "./odd-events.ts";
import { ODD_TIMES } from "./odd-times.ts";
import { ORG_TROUBLE } from "./org-trouble.ts";
import { REFUSING_STORE } from "./refusing-store.ts";
import { RESTARTS } from "./restarts.ts";
import { WRONG_CLOCKS } from "./wrong-clocks.ts";

/** All scenarios, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  ...KILLED_PROCESSES,
  ...BROKEN_STORE,
  ...REFUSING_STORE,
  ...BAD_NETWORK,
  ...RESTARTS,
  ...ODD_EVENTS,
  ...ODD_TIMES,
  ...WRONG_CLOCKS,
  ...BAD_PROVIDERS,
  ...BAD_SENDERS,
  ...BURSTS,
  ...ORG_TROUBLE,
];
