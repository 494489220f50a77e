import type { IncomingMessage } from "node:http";
import type { Connection } from "../domain/connection.ts";
import type { ClientAddress } from "../http/client-address.ts";
import { commonNameOf } from "./common-name.ts";
import type { Door } from "./doors.ts";
import { SenderNotTrustedError } from "./intake-errors.ts";

type ClientCertificate = NonNullable<Connection["clientCertificate"]>;

/** What nginx and others write when the certificate is valid and of a trusted authority. */
const VERIFIED = "SUCCESS";

/**
 * Checks where a request comes from, as far as its connection asks for it: source address, client certificate.
 *
 * The certificate is checked by the proxy that ends TLS; its headers count only when the request comes from a
 * trusted proxy.
 *
 * @throws {SenderNotTrustedError} when the source address is not listed or the certificate is not the right one.
 */
export function checkPeer(door: Door, request: IncomingMessage, clients: ClientAddress): void {
  const { connection, isAllowedSource } = door;
  if (isAllowedSource !== null && !isAllowedSource(clients.of(request))) {
    throw new SenderNotTrustedError(401);
  }
  const certificate = connection?.clientCertificate;
  if (certificate !== undefined) {
    const isShown = clients.isFromTrustedProxy(request) && isRightOne(certificate, request);
    if (!isShown) {
      throw new SenderNotTrustedError(401);
    }
  }
}

function isRightOne(certificate: ClientCertificate, { headers }: IncomingMessage): boolean {
  const verified = headers[certificate.verifiedHeader.toLowerCase()];
  const subject = headers[certificate.header.toLowerCase()];
  if (verified !== VERIFIED || typeof subject !== "string") {
    return false;
  }
  return commonNameOf(subject)?.toLowerCase() === certificate.commonName.toLowerCase();
}
