import type { Invite } from "../api-shapes.ts";
import { dayAndClock } from "../moments.ts";
import { Copyable } from "../parts/copyable.tsx";
import { WorkButton } from "../parts/work-button.tsx";

/** An invitation as a link and as a picture of it; it is told once. */
export function InviteCard({
  invite: { url, qrSvg, expiresAt },
  close,
}: {
  readonly invite: Invite;
  readonly close: () => void;
}) {
  return (
    <div class="invite">
      <img
        src={`data:image/svg+xml,${encodeURIComponent(qrSvg)}`}
        alt="The same link as a QR code"
        width="160"
        height="160"
      />
      <div class="stack">
        <p role="status">
          Let the rep scan this with the phone's camera, or send them the link. It works once, until{" "}
          <time dateTime={expiresAt}>{dayAndClock(expiresAt)}</time>, and is shown only now.
        </p>
        <Copyable text={url} label="Invite link" />
        <div class="actions">
          <WorkButton onClick={close}>Done</WorkButton>
        </div>
      </div>
    </div>
  );
}
