import { deviceNames } from "../words.ts";

/** The name of a device; its channel stands beside it where the name is the rep's own. */
export function DeviceName({
  label,
  channel,
}: {
  readonly label: string | undefined;
  readonly channel: string;
}) {
  const [name, road] = deviceNames(label, channel);
  return (
    <span>
      {name} {road === undefined ? null : <small class="quiet">{road}</small>}
    </span>
  );
}
