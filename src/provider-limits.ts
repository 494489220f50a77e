import type { z } from "zod";

const UNIT_MS = { s: 1000, min: 60_000, h: 3_600_000 } as const;
/** A host, or a dot and what all hosts of the provider end with. */
const FORM = /^(\.?[A-Za-z0-9[][A-Za-z0-9.:[\]-]*)=([1-9]\d{0,3})\/(s|min|h)$/;

/** How many attempts go out to a provider at most, whichever connections they are of. */
export interface ProviderLimit {
  /** One that begins with a dot stands for every name below it; they are counted together. */
  readonly host: string;
  /** As it was written, for people. */
  readonly rate: string;
  /** One attempt in so long. */
  readonly everyMs: number;
}

/** Reads entries such as `ntfy.sh=5/s`. */
export function providerLimits(
  parts: readonly string[],
  context: z.core.$RefinementCtx,
): readonly ProviderLimit[] {
  const limits = parts.map((part) => {
    const [, host = "", count, unit] = FORM.exec(part) ?? [];
    const unitMs = unit === "s" || unit === "min" || unit === "h" ? UNIT_MS[unit] : Number.NaN;
    return { host: host.toLowerCase(), rate: `${count}/${unit}`, everyMs: unitMs / Number(count) };
  });
  const hosts = new Set(limits.map(({ host }) => host));
  const isReadable = limits.every(({ everyMs }) => Number.isFinite(everyMs));
  if (!isReadable || hosts.size < limits.length) {
    const message =
      "must be hosts and rates like ntfy.sh=5/s, with 1 to 9999 per s, min or h, and each host once";
    context.addIssue({ code: "custom", message });
  }
  return limits;
}

/** The limit that counts for a host: its own, else that of the names above it. */
export function limitOfHost(
  limits: readonly ProviderLimit[],
  host: string,
): ProviderLimit | undefined {
  return (
    limits.find((one) => one.host === host) ??
    limits.find((one) => one.host.startsWith(".") && host.endsWith(one.host))
  );
}
