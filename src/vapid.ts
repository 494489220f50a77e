import { createECDH, hkdfSync } from "node:crypto";
import { isVapidSubject } from "./vapid-subject.ts";

/** The number of points of P-256 (FIPS 186-5, SP 800-186, section 3.2.1.3). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;
/** 64 bits more than a key has: what is left of them after the division favours no key (FIPS 186-5, A.2.1). */
const SEED_BYTES = 40;
const PRIVATE_KEY_BYTES = 32;

/** Nobody is behind it, and in local mode nobody needs to be. */
const LOCAL_MODE_SUBJECT = "mailto:local-mode@siro-bridge.invalid";

/** How the bridge makes itself known to push services (RFC 8292); keys as base64url. */
export interface Vapid {
  /** 65 bytes, uncompressed; browsers subscribe with it. */
  readonly publicKey: string;
  /** 32 bytes. */
  readonly privateKey: string;
  /** Whom a push service may write to: `mailto:` or `https:`. */
  readonly subject: string;
}

/** What the key pair and its contact are made from. */
export interface VapidSource {
  readonly givenSubject: string | undefined;
  /** In place of the derived pair; both or none, see `vapidProblems`. */
  readonly givenPrivateKey: string | undefined;
  readonly publicUrl: URL;
  readonly isLocalMode: boolean;
  readonly secretKey: Buffer;
}

/** Says what is wrong with a key pair given by the environment, one line for each reason. */
export function vapidProblems(
  publicKey: string | undefined,
  privateKey: string | undefined,
): readonly string[] {
  if (publicKey === undefined && privateKey === undefined) {
    return [];
  }
  if (publicKey === undefined || privateKey === undefined) {
    const missing = publicKey === undefined ? "VAPID_PUBLIC_KEY" : "VAPID_PRIVATE_KEY";
    return [`${missing}: the two VAPID keys are set together or not at all`];
  }
  const derived = isBase64Url(privateKey, PRIVATE_KEY_BYTES) ? publicKeyOf(privateKey) : undefined;
  if (derived === undefined) {
    return ["VAPID_PRIVATE_KEY: must be 32 bytes in base64url"];
  }
  return derived === publicKey ? [] : ["VAPID_PUBLIC_KEY: does not belong to VAPID_PRIVATE_KEY"];
}

/**
 * The key pair and the contact; undefined, and web push off, when there is no contact that push services take.
 *
 * Without a given pair it is derived from the secret key: every process and every machine that can open the
 * stored addresses has the same pair, from the first start on, and there is no further secret to keep.
 */
export function composeVapid(source: VapidSource): Vapid | undefined {
  const subject = subjectOf(source);
  if (subject === undefined) {
    return undefined;
  }
  const privateKey = source.givenPrivateKey ?? derivePrivateKey(source.secretKey);
  const publicKey = publicKeyOf(privateKey);
  return publicKey === undefined ? undefined : { publicKey, privateKey, subject };
}

function subjectOf({ givenSubject, publicUrl, isLocalMode }: VapidSource): string | undefined {
  if (givenSubject !== undefined) {
    return givenSubject;
  }
  if (isVapidSubject(publicUrl.origin)) {
    return publicUrl.origin;
  }
  return isLocalMode ? LOCAL_MODE_SUBJECT : undefined;
}

function derivePrivateKey(secretKey: Buffer): string {
  const seed = Buffer.from(hkdfSync("sha256", secretKey, "", "siro-bridge vapid", SEED_BYTES));
  const scalar = (BigInt(`0x${seed.toString("hex")}`) % (ORDER - 1n)) + 1n;
  return Buffer.from(scalar.toString(16).padStart(2 * PRIVATE_KEY_BYTES, "0"), "hex").toString(
    "base64url",
  );
}

/** Undefined when the number is no key: zero, or not below the order. */
function publicKeyOf(privateKey: string): string | undefined {
  const curve = createECDH("prime256v1");
  try {
    curve.setPrivateKey(privateKey, "base64url");
    return curve.getPublicKey("base64url");
  } catch {
    return undefined;
  }
}

function isBase64Url(text: string, bytes: number): boolean {
  return /^[\w-]+$/.test(text) && Buffer.from(text, "base64url").length === bytes;
}
