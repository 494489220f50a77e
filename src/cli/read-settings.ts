import { type Config, ConfigError, loadConfig, readEnvironment } from "../config.ts";
import { errorCode } from "../error-code.ts";

/** The configuration as commands use it, or every reason why it cannot be used. */
export type SettingsReading =
  | { readonly kind: "read"; readonly config: Config; readonly env: NodeJS.ProcessEnv }
  | { readonly kind: "refused"; readonly problems: readonly string[] };

/** Reads environment, `.env` and connections file as the bridge does at its start. */
export function readSettings(): SettingsReading {
  try {
    const env = readEnvironment();
    return { kind: "read", config: loadConfig(env), env };
  } catch (error) {
    return { kind: "refused", problems: problemsOf(error) };
  }
}

/** Where this configuration makes the bridge listen, as this machine reaches it; no slash at the end. */
export function ownUrlOf({ host, port }: Pick<Config, "host" | "port">): string {
  if (host === "0.0.0.0") {
    return `http://127.0.0.1:${port}`;
  }
  const reachable = host === "::" ? "::1" : host;
  return `http://${reachable.includes(":") ? `[${reachable}]` : reachable}:${port}`;
}

function problemsOf(error: unknown): readonly string[] {
  if (error instanceof ConfigError) {
    return error.problems;
  }
  const code = errorCode(error);
  if (code === undefined) {
    throw error;
  }
  return [`DATA_DIR or .env cannot be used: ${code}`];
}
