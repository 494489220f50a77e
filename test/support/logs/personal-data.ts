import { INVENTED } from "./invented.ts";

/** One kind of thing that no log may hold, and what it looks like. */
export interface Forbidden {
  readonly kind: string;
  readonly pattern: RegExp;
  /** What a command prints for the person who asked is theirs; secrets are not, even there. */
  readonly isSecret: boolean;
}

/** A line that may hold what others may not. */
interface Allowed {
  readonly pattern: RegExp;
  readonly reason: string;
}

/** What was made up by nobody we know looks like this, too. */
const SHAPES: readonly Forbidden[] = [
  person("e-mail address", /[\w.+-]*\w@\w[\w-]*(?:\.[\w-]+)*\.[a-z]{2,}(?![\w/.])/i),
  person("phone number", /\+\d(?:[ ()-]{0,2}\d){8,}|\(\d{3}\) ?\d{3}-\d{4}/),
  person("recording link", /[?&]action=(?:start|stop|restart)|\/record\?/),
  person("link of one prompt or person", /\/(?:go|ack|done|invite)\/[\w-]{16,}|[?&]pair=\w/),
  secret(
    "address of a push service",
    /\/(?:fcm\/send|wpush|wp)\/[\w/-]{8,}|web\.push\.apple\.com\/\w/,
  ),
  secret("signed token (JWT)", /eyJ[\w-]{8,}\.[\w-]{8,}/),
  secret("Authorization header", /\b(?:bearer|basic|vapid)\s+(?=[^"\s]*[\d=_-])[\w.~+/=-]{12,}/i),
  secret("signing secret", /whsec_[\w+/=-]{6,}/),
  secret("Salesforce access token", /\b00D\w{12,15}![\w.-]{8,}/),
  secret("private key", /BEGIN [A-Z ]*PRIVATE KEY/),
  secret("secret path of outbound messages", /\/webhooks\/salesforce\/[\w-]+\/(?!<)[^\s"?]{16,}/),
  secret(
    "value of a secret setting",
    /"\w*(?:password|secret|token|authorization|cookie|api_?key|privatekey)":"[^"]{4,}"/i,
  ),
  secret("password in a URL", /\w:\/\/[^\s/:@"]*:[^\s/@"]+@/),
  secret(
    "random token",
    // An id of a job is made of a hash, that of an alert's notice of its code, connection and time.
    /(?<!"(?:jobId|notice)":"[\w.-]*)(?<![\w/+.:-])(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{32,}(?![\w/-])/,
  ),
];

const ALLOWED: readonly Allowed[] = [
  {
    pattern: /^ {2}operator password {2}\S+$/,
    reason:
      "local mode: the one way its user gets the generated password; only this machine can sign in",
  },
];

/** Everything that is looked for; `madeUp` are secrets of this very run. */
export function forbiddenInLogs(madeUp: readonly string[]): readonly Forbidden[] {
  const invented = Object.entries(INVENTED).map(([kind, values]) => {
    const pattern = anyOf(values);
    return kind === "secret" ? secret(kind, pattern) : person(kind, pattern);
  });
  return [
    ...invented,
    ...(madeUp.length === 0 ? [] : [secret("secret of one test", anyOf(madeUp))]),
    ...SHAPES,
  ];
}

/** Names what a line holds and should not. */
export function kindsIn(line: string, forbidden: readonly Forbidden[]): readonly string[] {
  if (ALLOWED.some(({ pattern }) => pattern.test(line))) {
    return [];
  }
  return forbidden.filter(({ pattern }) => pattern.test(line)).map(({ kind }) => kind);
}

function person(kind: string, pattern: RegExp): Forbidden {
  return { kind, pattern, isSecret: false };
}

function secret(kind: string, pattern: RegExp): Forbidden {
  return { kind, pattern, isSecret: true };
}

/** As it stands, and as JSON and as a URL write it. */
function anyOf(values: readonly string[]): RegExp {
  const forms = values.flatMap((one) => [
    one,
    JSON.stringify(one).slice(1, -1),
    encodeURIComponent(one),
  ]);
  const escaped = [...new Set(forms)].map((form) => form.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(escaped.join("|"), "i");
}
