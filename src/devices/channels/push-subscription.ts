import { ECDH } from "node:crypto";
import { z } from "zod";

/**
 * The hosts of the push services: Chrome and its kin, Firefox, Safari, Edge. One that begins with a dot stands
 * for every name below it.
 */
const PUSH_HOSTS = [
  "fcm.googleapis.com",
  "android.googleapis.com",
  "jmt17.google.com",
  "updates.push.services.mozilla.com",
  ".push.services.mozilla.com",
  "web.push.apple.com",
  ".push.apple.com",
  ".notify.windows.com",
];

/** The longest seen have some 700 characters. */
const LONGEST_ENDPOINT = 2_048;
/** An uncompressed point of P-256 and the authentication secret (RFC 8291, sections 2.1 and 3.2). */
const POINT_BYTES = 65;
const AUTH_BYTES = 16;

const keysSchema = z.object({
  p256dh: z
    .string()
    .max(100)
    .refine(isPoint, "must be a point of the curve P-256, 65 bytes in base64url"),
  auth: z
    .string()
    .max(30)
    .refine((text) => bytesOf(text)?.length === AUTH_BYTES, "must be 16 bytes in base64url"),
});

/** What a browser gave when it subscribed: `JSON.stringify(subscription)`, as far as it is needed. */
export type PushSubscription = z.infer<ReturnType<typeof pushSubscriptionSchema>>;

/**
 * Reads a subscription, which comes from a stranger's browser, so that nothing but a push service is ever called.
 *
 * The host is compared as the URL parser sees it, never as text. Hosts in `allow` may have any port.
 */
export function pushSubscriptionSchema(allow: readonly string[]) {
  const own = new Set(allow.map((host) => host.toLowerCase()));
  return z.object({
    endpoint: z
      .string()
      .max(LONGEST_ENDPOINT, `must have at most ${LONGEST_ENDPOINT} characters`)
      // Parsers drop blanks and line breaks silently; what was checked would not be what is sent.
      .regex(/^https:\/\/[\x21-\x7e]+$/, "must be an https URL")
      .superRefine((text, context) => {
        const reason = endpointProblem(text, own);
        if (reason !== undefined) {
          context.addIssue({ code: "custom", message: reason });
        }
      }),
    keys: keysSchema,
  });
}

const endpointSchema = z.object({ endpoint: z.url() });

/** The endpoint of a subscription that was checked before. */
export function pushEndpointOf(address: unknown): string | undefined {
  const parsed = endpointSchema.safeParse(address);
  return parsed.success ? parsed.data.endpoint : undefined;
}

/** Whether the push service is Apple's. */
export function isApple(endpoint: string): boolean {
  return matches(new URL(endpoint).hostname, ".push.apple.com");
}

function endpointProblem(text: string, own: ReadonlySet<string>): string | undefined {
  if (!URL.canParse(text)) {
    return "must be an https URL";
  }
  const { protocol, hostname, port, username, password } = new URL(text);
  if (protocol !== "https:") {
    return "must be an https URL";
  }
  if (username !== "" || password !== "") {
    return "must not carry a user name or password";
  }
  if (own.has(hostname)) {
    return undefined;
  }
  if (!PUSH_HOSTS.some((known) => matches(hostname, known))) {
    return "must be at a known push service; list another one in OUTBOUND_ALLOW if it is meant";
  }
  return port === "" ? undefined : "must not name a port";
}

function matches(hostname: string, known: string): boolean {
  return known.startsWith(".") ? hostname.endsWith(known) : hostname === known;
}

function isPoint(text: string): boolean {
  const bytes = bytesOf(text);
  if (bytes?.length !== POINT_BYTES || bytes[0] !== 4) {
    return false;
  }
  try {
    // Refuses what is not on the curve.
    ECDH.convertKey(bytes, "prime256v1");
    return true;
  } catch {
    return false;
  }
}

function bytesOf(text: string): Buffer | undefined {
  return /^[\w-]+={0,2}$/.test(text) ? Buffer.from(text, "base64url") : undefined;
}
