import type { ConnectionsHome } from "./admin/connections/connections-home.ts";
import { orgNeeds } from "./cli/org-needs.ts";
import { probeOrg } from "./cli/probe-org.ts";
import { siroProbe } from "./cli/probe-siro.ts";
import { ownUrlOf } from "./cli/read-settings.ts";
import type { Config } from "./config.ts";
import { fail } from "./doctor/finding.ts";
import { checkConnections } from "./doctor/run-doctor.ts";
import type { LiveConnections } from "./live-connections.ts";

/** A service that never answers must not keep an operator waiting. */
const CHECK_TIMEOUT_MS = 25_000;

/** Joins the page of connections to the file, the store and the checks of `siro-bridge connections check`. */
export function connectionsHome(
  config: Config,
  { fileConnections, refresh }: Pick<LiveConnections, "fileConnections" | "refresh">,
): ConnectionsHome {
  const { isLocalMode, secretKey, outboundAllow } = config;
  return {
    fileConnections,
    secretKey,
    outboundAllow,
    isLocalMode,
    refresh,
    check: async (connection) => {
      const findings = checkConnections(
        { openOrg: probeOrg, needsOf: orgNeeds, siro: siroProbe, nowMs: Date.now },
        { connections: [connection], isLocalMode, ownUrl: ownUrlOf(config) },
      );
      return (await within(findings)) ?? [tooSlow()];
    },
  };
}

function tooSlow() {
  return fail("sign-in", {
    message: `The checks did not end within ${CHECK_TIMEOUT_MS / 1000} s`,
    whatToDo: "Look whether the org and Siro can be reached from this machine, then test again",
  });
}

async function within<Result>(work: Promise<Result>): Promise<Result | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), CHECK_TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
