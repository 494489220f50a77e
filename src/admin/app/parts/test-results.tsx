import type { TestedDevice } from "../api-shapes.ts";
import { shownOutcome } from "../words.ts";
import { Chip } from "./chip.tsx";
import { DeviceName } from "./device-name.tsx";
import { Note } from "./messages.tsx";

/** How a test prompt fared, device by device. */
export function TestResults({
  tested,
  labels = {},
}: {
  readonly tested: readonly TestedDevice[];
  /** What the rep calls each device. */
  readonly labels?: Readonly<Record<string, string>>;
}) {
  if (tested.length === 0) {
    return (
      <Note tone="warn" role="status">
        <p>No device to send to. Invite the rep first.</p>
      </Note>
    );
  }
  return (
    <div role="status" aria-label="Test results">
      <ul class="lines">
        {tested.map(({ deviceId, channel, outcome, answer }) => (
          <li key={deviceId} class="line">
            <span class="line-main">
              <Chip shown={shownOutcome(outcome)} />
              <DeviceName label={labels[deviceId]} channel={channel} />
            </span>
            <span class="quiet">{answer}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
