import { useState } from "preact/hooks";
import type { Invite, Rep, TestedDevice } from "../api-shapes.ts";
import { apiPath, callApi } from "../call-api.ts";
import { Failed, Note } from "../parts/messages.tsx";
import { TestResults } from "../parts/test-results.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { useDoing } from "../use-call.ts";
import { repName } from "../words.ts";
import { DeviceLine } from "./device-line.tsx";
import { InviteCard } from "./invite-card.tsx";
import { isActive } from "./rep-views.ts";
import { SignOutQuestion } from "./sign-out-question.tsx";

/** One rep: every device with how it fares, and what can be done. */
export function RepRow({
  connection,
  rep,
  onChange,
}: {
  readonly connection: string;
  readonly rep: Rep;
  readonly onChange: () => void;
}) {
  const inviting = useDoing();
  const testing = useDoing();
  const [invite, setInvite] = useState<Invite>();
  const [tested, setTested] = useState<readonly TestedDevice[]>();
  const [signingOut, setSigningOut] = useState<"no" | "asked" | "done">("no");
  const devices = rep.devices.filter(({ state }) => state !== "revoked");
  const path = `/reps${apiPath(connection, rep.userId)}`;
  const makeInvite = () =>
    inviting.begin(async () => {
      setInvite(await callApi<Invite>(`${path}/invites`, { method: "POST" }));
    });
  const test = () =>
    testing.begin(async () => {
      const answer = await callApi<{ readonly devices: readonly TestedDevice[] }>(
        `${path}/test-prompt`,
        { method: "POST" },
      );
      setTested(answer.devices);
      onChange();
    });
  return (
    <li class="rep">
      <Who rep={rep} />
      <div class="actions">
        <WorkButton
          needs="operator"
          icon="link"
          isBusy={inviting.isBusy}
          about={repName(rep)}
          onClick={makeInvite}
        >
          Invite
        </WorkButton>
        {devices.some(isActive) ? (
          <WorkButton
            needs="operator"
            icon="bell"
            isBusy={testing.isBusy}
            about={repName(rep)}
            onClick={test}
          >
            Send a test
          </WorkButton>
        ) : null}
        {signingOut === "no" ? (
          <WorkButton
            needs="operator"
            look="plain"
            icon="signOut"
            about={repName(rep)}
            onClick={() => setSigningOut("asked")}
          >
            Sign out everywhere
          </WorkButton>
        ) : null}
      </div>
      <ul class="devices">
        {devices.length === 0 ? <li class="no-device">No device: invite them</li> : null}
        {devices.map((device) => (
          <DeviceLine key={device.deviceId} device={device} onRevoked={onChange} />
        ))}
      </ul>
      {signingOut === "asked" ? (
        <SignOutQuestion
          path={path}
          name={repName(rep)}
          leave={() => setSigningOut("no")}
          onDone={() => {
            setSigningOut("done");
            onChange();
          }}
        />
      ) : null}
      {signingOut === "done" ? (
        <Note tone="good" role="status">
          <p>Signed out everywhere. An invite lets them in again.</p>
        </Note>
      ) : null}
      {inviting.error === undefined ? null : <Failed error={inviting.error} />}
      {testing.error === undefined ? null : <Failed error={testing.error} />}
      {tested === undefined ? null : <TestResults tested={tested} labels={labelsOf(rep)} />}
      {invite === undefined ? null : (
        <InviteCard invite={invite} close={() => setInvite(undefined)} />
      )}
    </li>
  );
}

function Who({ rep }: { readonly rep: Rep }) {
  const { email, userId, timeZone } = rep;
  const rest = [email, timeZone].filter((text) => text !== undefined && text !== "");
  return (
    <div class="who">
      <strong>{repName(rep)}</strong>
      <small class="quiet">{rest.length === 0 ? userId : rest.join(" · ")}</small>
    </div>
  );
}

function labelsOf({ devices }: Rep): Readonly<Record<string, string>> {
  return Object.fromEntries(devices.map(({ deviceId, label }) => [deviceId, label]));
}
