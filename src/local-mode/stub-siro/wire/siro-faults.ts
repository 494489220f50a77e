import { htmlReply, jsonReply, type WireReply } from "../../stub-org/wire/wire-reply.ts";

/** Something that goes wrong with a call. */
export type SiroFault =
  | {
      readonly kind: "status";
      readonly status: number;
      readonly body?: unknown;
      readonly retryAfter?: string;
    }
  /** 200 with an error in place of what was asked for. */
  | { readonly kind: "error-in-200" }
  /** 200 with a page. */
  | { readonly kind: "html" }
  /** The right answer, late. */
  | { readonly kind: "slow"; readonly delayMs: number }
  /** No answer at all. */
  | { readonly kind: "hang" }
  /** The connection is reset. */
  | { readonly kind: "reset" }
  /** A redirect to another address. */
  | { readonly kind: "redirect"; readonly to: string }
  /** 200 with a body of so many bytes. */
  | { readonly kind: "long"; readonly bytes: number };

/** How often a fault strikes, and where. */
export interface SiroFaultAim {
  /** 1 unless said otherwise. */
  readonly times?: number | "forever";
  /** A piece of the path; everywhere unless said otherwise. */
  readonly path?: string;
}

/** Makes things go wrong; among several that fit, the first one strikes. */
export class SiroFaults {
  readonly #armed: { readonly fault: SiroFault; readonly path: string; left: number }[] = [];

  inject(fault: SiroFault, { times = 1, path = "" }: SiroFaultAim = {}): void {
    const left = times === "forever" ? Number.POSITIVE_INFINITY : times;
    this.#armed.push({ fault, path, left });
  }

  clear(): void {
    this.#armed.length = 0;
  }

  /** Gives the fault that strikes a path, and counts the hit. */
  take(path: string): SiroFault | undefined {
    const striking = this.#armed.find((one) => one.left > 0 && path.includes(one.path));
    if (striking !== undefined) {
      striking.left -= 1;
    }
    return striking?.fault;
  }
}

/** The answer of a fault that answers in Siro's place; undefined for the others. */
export function faultReply(fault: SiroFault): WireReply | undefined {
  switch (fault.kind) {
    case "status": {
      const headers = fault.retryAfter === undefined ? {} : { "retry-after": fault.retryAfter };
      return jsonReply(fault.status, fault.body ?? { error: "stub" }, headers);
    }
    case "error-in-200":
      return jsonReply(200, { error: "Something went wrong", details: "stub" });
    case "html":
      return htmlReply(200, "Siro", "Not what was asked for.");
    case "redirect":
      return { status: 302, headers: { location: fault.to }, body: "" };
    case "long":
      return { status: 200, headers: {}, body: "x".repeat(fault.bytes) };
    default:
      return undefined;
  }
}
