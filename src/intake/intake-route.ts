import type { IncomingMessage } from "node:http";
import type { ErrorReply } from "../http/error-reply.ts";
import type { RawReply } from "../http/send-reply.ts";
import type { AckedNotification, IntakeSource } from "./intake-events.ts";

/** A request that may send its body. */
export interface Admitted {
  /** The connection the request is addressed to; null when there is none of that name. */
  readonly connection: string | null;
  /** False as long as the proof depends on the body. */
  readonly isProven: boolean;
  /** Reads, stores and answers the body. */
  readonly receive: (body: Buffer, receivedAtMs: number) => Promise<Received>;
}

/** A success and what is told about it. */
export interface Received {
  readonly reply: RawReply;
  readonly told: Omit<AckedNotification, "source" | "tookMs">;
}

/** One way in: decides about a request before its body is read, and how refusals are worded. */
export interface IntakeRoute {
  readonly prefix: string;
  readonly source: IntakeSource;
  /**
   * Decides before the body.
   *
   * @throws {RequestError} when the request is refused.
   */
  readonly admit: (request: IncomingMessage) => Admitted;
  readonly refuse: (refusal: ErrorReply) => RawReply;
}

/** Returns the percent-decoded parts of a path behind its prefix; query and one trailing slash do not count. */
export function pathParts(url: string, prefix: string): readonly string[] {
  const path = url.slice(prefix.length).split("?", 1)[0] ?? "";
  return path.replace(/\/$/, "").split("/").map(decodePart);
}

function decodePart(part: string): string {
  if (!part.includes("%")) {
    return part;
  }
  try {
    return decodeURIComponent(part);
  } catch {
    // Not an escape after all: then it is meant as it stands.
    return part;
  }
}
