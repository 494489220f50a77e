import { useState } from "preact/hooks";
import type { Device } from "../api-shapes.ts";
import { apiPath, callApi } from "../call-api.ts";
import { DeviceName } from "../parts/device-name.tsx";
import { Icon } from "../parts/icon.tsx";
import type { IconName } from "../parts/icon-paths.ts";
import { Failed } from "../parts/messages.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { useDoing } from "../use-call.ts";
import { channelName } from "../words.ts";

const HEALTH_ICONS: Readonly<Record<Device["health"]["level"], IconName>> = {
  good: "done",
  warn: "warn",
  bad: "warn",
};

/** One device: what it is, how it fares, and the way to take it away. */
export function DeviceLine({
  device: { deviceId, channel, label, health },
  onRevoked,
}: {
  readonly device: Device;
  readonly onRevoked: () => void;
}) {
  const [isAsking, setIsAsking] = useState(false);
  const { isBusy, error, begin } = useDoing();
  const name = label || channelName(channel);
  const revoke = () =>
    begin(async () => {
      await callApi(`/devices${apiPath(deviceId)}`, { method: "DELETE" });
      onRevoked();
    });
  return (
    <li class="device">
      <span class={`device-health ${health.level}`}>
        <Icon name={HEALTH_ICONS[health.level]} />
      </span>
      <span class="device-text">
        <DeviceName label={label} channel={channel} />
        <small class={health.level === "good" ? "quiet" : `tint ${health.level}`}>
          {health.text}
        </small>
      </span>
      {isAsking ? (
        <span class="actions">
          <WorkButton look="danger" isBusy={isBusy} about={name} onClick={revoke}>
            Revoke it
          </WorkButton>
          <WorkButton onClick={() => setIsAsking(false)}>Keep it</WorkButton>
        </span>
      ) : (
        <WorkButton needs="operator" look="plain" about={name} onClick={() => setIsAsking(true)}>
          Revoke
        </WorkButton>
      )}
      {error === undefined ? null : <Failed error={error} />}
    </li>
  );
}
