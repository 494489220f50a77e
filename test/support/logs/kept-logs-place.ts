/** Where the run and its tests meet. */
export const KEPT_LOGS = {
  /** The environment variable that tells the tests of a run where its logs are kept. */
  variable: "SIRO_BRIDGE_KEPT_LOGS",
  /** One JSON string a line: secrets that tests made up. */
  secretsFile: "secrets.ndjson",
} as const;
