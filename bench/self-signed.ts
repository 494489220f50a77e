import { generateKeyPairSync, sign } from "node:crypto";

/** A server's key and certificate in PEM. */
export interface SelfSigned {
  readonly key: string;
  readonly cert: string;
}

/** Object identifiers in DER. */
const OID = {
  ecdsaWithSha256: Buffer.from("06082a8648ce3d040302", "hex"),
  commonName: Buffer.from("0603550403", "hex"),
  alternativeNames: Buffer.from("0603551d11", "hex"),
} as const;
const TAG = {
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  text: 0x0c,
  time: 0x17,
  list: 0x30,
  set: 0x31,
};
const VERSION_3 = tlv(0xa0, tlv(TAG.integer, Buffer.from([2])));
/** Tags of a DNS name and of an address among the alternative names (RFC 5280, section 4.2.1.6). */
const NAMES = [tlv(0x82, Buffer.from("localhost")), tlv(0x87, Buffer.from([127, 0, 0, 1]))];
const DAY_MS = 86_400_000;

/** Makes a certificate for `localhost` and 127.0.0.1 that is good for a day. */
export function selfSigned(): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const algorithm = tlv(TAG.list, OID.ecdsaWithSha256);
  const name = tlv(
    TAG.list,
    tlv(TAG.set, tlv(TAG.list, OID.commonName, tlv(TAG.text, Buffer.from("localhost")))),
  );
  const nowMs = Date.now();
  const validity = tlv(TAG.list, time(nowMs - DAY_MS), time(nowMs + DAY_MS));
  const names = tlv(TAG.list, OID.alternativeNames, tlv(TAG.octets, tlv(TAG.list, ...NAMES)));
  const body = tlv(
    TAG.list,
    VERSION_3,
    tlv(TAG.integer, Buffer.from([1])),
    algorithm,
    name,
    validity,
    name,
    publicKey.export({ type: "spki", format: "der" }),
    tlv(0xa3, tlv(TAG.list, names)),
  );
  const signature = tlv(TAG.bits, Buffer.from([0]), sign("sha256", body, privateKey));
  const lines = tlv(TAG.list, body, algorithm, signature)
    .toString("base64")
    .match(/.{1,64}/g);
  return {
    key: String(privateKey.export({ type: "pkcs8", format: "pem" })),
    cert: ["-----BEGIN CERTIFICATE-----", ...(lines ?? []), "-----END CERTIFICATE-----", ""].join(
      "\n",
    ),
  };
}

/** One value in DER: tag, length, content. */
function tlv(tag: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag, ...sizeOf(content.length)]), content]);
}

function sizeOf(length: number): readonly number[] {
  if (length < 128) {
    return [length];
  }
  return length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
}

function time(atMs: number): Buffer {
  const text = new Date(atMs).toISOString().replaceAll(/[-:T]|\.\d+/g, "");
  return tlv(TAG.time, Buffer.from(text.slice(2)));
}
