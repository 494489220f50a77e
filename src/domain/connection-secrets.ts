/** The settings of a connection as somebody writes them: what a JSON file would hold, secrets included. */
export type ConnectionSettings = Readonly<Record<string, unknown>>;

/** The secrets that the bridge makes itself; each may have two values while it is rotated. */
export const OWN_SECRETS = ["webhookSecrets", "signingSecrets"] as const;
/** One of them. */
export type OwnSecret = (typeof OWN_SECRETS)[number];

/** The secrets that somebody else gave us, by their dotted path, each with the settings that say where it is sent. */
const GIVEN_SECRETS: Readonly<Record<string, readonly string[]>> = {
  "salesforce.auth.clientSecret": ["salesforce.instanceUrl"],
  "salesforce.repSignIn.clientSecret": ["salesforce.instanceUrl", "salesforce.repSignIn.loginUrl"],
  "siro.apiToken": ["siro.apiBaseUrl"],
  "siro.webhookSecret": [],
  "siro.userApp.clientSecret": ["siro.userApiBaseUrl"],
  "channels.ntfy.token": ["channels.ntfy.serverUrl"],
  "channels.sms.authToken": ["channels.sms.apiBaseUrl"],
};

/** All settings that are told to nobody once they are stored. */
export const SECRET_PATHS: readonly string[] = [...OWN_SECRETS, ...Object.keys(GIVEN_SECRETS)];

/** The paths of the secrets that are set. */
export function setSecrets(settings: ConnectionSettings): readonly string[] {
  return SECRET_PATHS.filter((path) => valueAt(settings, path) !== undefined);
}

/** The same settings without any secret. */
export function withoutSecrets(settings: ConnectionSettings): ConnectionSettings {
  return SECRET_PATHS.reduce((left, path) => withValue(left, path, undefined), settings);
}

/**
 * The new settings with the secrets of those before wherever they are left out, because nobody can read them back.
 *
 * A secret goes when the section that holds it goes, or when `removed` names its path.
 */
export function withKeptSecrets(
  next: ConnectionSettings,
  before: ConnectionSettings,
  removed: readonly string[],
): ConnectionSettings {
  return SECRET_PATHS.filter((path) => !removed.includes(path)).reduce((settings, path) => {
    const isGiven = valueAt(settings, path) !== undefined;
    return isGiven ? settings : withValue(settings, path, valueAt(before, path));
  }, next);
}

/**
 * The secrets that must be given anew because the address they are sent to changed: otherwise whoever may change an
 * address could have a secret sent to themselves.
 */
export function secretsToGiveAnew(
  next: ConnectionSettings,
  before: ConnectionSettings,
): readonly string[] {
  const isMoved = (path: string) => !isSame(valueAt(next, path), valueAt(before, path));
  return Object.entries(GIVEN_SECRETS)
    .filter(([path, addresses]) => addresses.some(isMoved) && isLeftOut(path, next, before))
    .map(([path]) => path);
}

function isLeftOut(path: string, next: ConnectionSettings, before: ConnectionSettings): boolean {
  const isKept = valueAt(withKeptSecrets(next, before, []), path) !== undefined;
  return isKept && valueAt(next, path) === undefined;
}

/** The paths of the secrets that differ between two settings. */
export function changedSecrets(
  left: ConnectionSettings,
  right: ConnectionSettings,
): readonly string[] {
  return SECRET_PATHS.filter((path) => !isSame(valueAt(left, path), valueAt(right, path)));
}

function isSame(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}

function valueAt(settings: unknown, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((place, key) => (isSection(place) ? place[key] : undefined), settings);
}

/** Changes nothing where the section that would hold the value is not there, or takes no secret. */
function withValue(settings: ConnectionSettings, path: string, value: unknown): ConnectionSettings {
  const [key = "", ...rest] = path.split(".");
  if (rest.length === 0) {
    const { [key]: _, ...others } = settings;
    return value === undefined || isOtherSignIn(settings, key)
      ? others
      : { ...others, [key]: value };
  }
  const section = settings[key];
  return isSection(section)
    ? { ...settings, [key]: withValue(section, rest.join("."), value) }
    : settings;
}

/** A sign-in by a key file has no client secret. */
function isOtherSignIn({ kind }: ConnectionSettings, key: string): boolean {
  return key === "clientSecret" && kind !== undefined && kind !== "client-credentials";
}

function isSection(value: unknown): value is ConnectionSettings {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
