import type { Delivery } from "../api-shapes.ts";
import { clockSeconds } from "../moments.ts";
import { Chip } from "../parts/chip.tsx";
import { DeviceName } from "../parts/device-name.tsx";
import { count, shownDelivery } from "../words.ts";

/** One prompt's way to each device: attempts, and what the other side answered. */
export function Deliveries({ deliveries }: { readonly deliveries: readonly Delivery[] }) {
  return (
    <ul class="lines" aria-label="Deliveries">
      {deliveries.map(({ deliveryId, channel, label, state, attempts, answer, updatedAt }) => (
        <li key={deliveryId} class="line">
          <span class="line-main">
            <Chip shown={shownDelivery(state)} />
            <DeviceName label={label} channel={channel} />
          </span>
          <span class="quiet">
            {count(attempts, "attempt")}
            {answer === "" ? "" : ` · ${answer}`} · {clockSeconds(updatedAt)}
          </span>
        </li>
      ))}
    </ul>
  );
}
