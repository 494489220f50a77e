import { openReceiptDesk, type ReceiptDesk } from "../src/deliveries/receipt-desk.ts";
import type { WorkerKit } from "./kit.ts";

/** Opens the desk at which the workers write down what Siro says. */
export function receiptDesk(kit: WorkerKit): ReceiptDesk {
  const { redis, deliveries, channels, writeBacks, siroMends } = kit;
  return openReceiptDesk({
    redis,
    deliveries,
    canClear: (kind) => channels.get(kind)?.clear !== undefined,
    announceSent: async (ref) => writeBacks?.sent(ref),
    announceRecording: async (ref, by) => {
      await siroMends?.recorded(ref);
      await writeBacks?.recorded(ref, by);
    },
    nowMs: Date.now,
  });
}
