/** One body that could not be read, kept for an operator; `bytes` may hold personal data. */
export interface QuarantineEntry {
  readonly connection: string;
  readonly reason: string;
  readonly bytes: Buffer;
}

/** Where unreadable bodies are kept until an operator has looked at them. */
export interface Quarantine {
  keep(entry: QuarantineEntry): Promise<void>;
}

/** Enough to see what is wrong with a message, too little to fill the store. */
const QUARANTINED_BYTES = 64 * 1024;

/** Cuts a body to what the quarantine takes; the copy lets go of the rest of the body. */
export function quarantinedPart(body: Buffer): Buffer {
  return Buffer.from(body.subarray(0, QUARANTINED_BYTES));
}
