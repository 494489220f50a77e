import type { IncomingMessage } from "node:http";

/** The token of an `Authorization: Bearer` header; undefined when there is none, or another scheme. */
export function bearerToken({ headers }: IncomingMessage): string | undefined {
  return /^bearer +(\S+) *$/i.exec(headers.authorization ?? "")?.[1];
}
