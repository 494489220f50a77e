import type { Config } from "../config.ts";

/** What a person at the terminal must know once everything runs. */
export interface Announced extends Pick<Config, "publicUrl" | "roles" | "isLocalMode" | "vapid"> {
  readonly connectionNames: readonly string[];
  /** The generated one; undefined where somebody chose one. */
  readonly adminPassword: string | undefined;
}

/** Says where everything is; in local mode also that it is local mode, and the operator password. */
export function announcement(config: Announced): string {
  const lines = config.roles.has("web") ? webLines(config) : ["  worker only; it serves no page"];
  return ["", "siro-bridge is running", "", ...lines, ""].join("\n");
}

function webLines(config: Announced): string[] {
  const base = config.publicUrl.href.replace(/\/$/, "");
  const [connection = "<connection>"] = config.connectionNames;
  const local = config.isLocalMode ? localModeLines(config.adminPassword) : [];
  return [
    ...(config.isLocalMode ? [`  page      ${base}/`] : []),
    `  admin     ${base}/admin`,
    `  webhooks  ${base}/webhooks/events/${connection}`,
    `            ${base}/webhooks/salesforce/${connection}/<secret>`,
    ...(config.vapid === undefined
      ? ["", "  Web push is off: set VAPID_SUBJECT to mailto: and a real e-mail address."]
      : []),
    ...local,
  ];
}

function localModeLines(adminPassword: string | undefined): string[] {
  return [
    "",
    "  *** LOCAL MODE: no Salesforce org is configured. ***",
    "  *** An invented org and a stub of Siro stand in; only this machine can reach the bridge. ***",
    "  *** To connect a real one, make it under /admin/connections, or write connections.json (see README.md). ***",
    "",
    `  operator password  ${adminPassword ?? "(ADMIN_PASSWORD)"}`,
  ];
}
