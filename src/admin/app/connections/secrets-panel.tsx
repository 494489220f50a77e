import { useState } from "preact/hooks";
import { apiPath, callApi } from "../call-api.ts";
import { dayAndClock } from "../moments.ts";
import { Failed } from "../parts/messages.tsx";
import { WorkButton } from "../parts/work-button.tsx";
import { useDoing } from "../use-call.ts";
import { useMe } from "../use-me.ts";
import type {
  ConnectionDetail,
  OwnSecret,
  Saved,
  SetSecret,
  ShownOnce,
} from "./connection-shapes.ts";
import { SECRET_WORDS, ShownSecrets } from "./shown-secrets.tsx";

/** The secrets of a connection: that they are set and since when, and the way to change those of its senders. */
export function SecretsPanel({
  connection,
  onChange,
}: {
  readonly connection: ConnectionDetail;
  readonly onChange: () => void;
}) {
  const [shownOnce, setShownOnce] = useState<ShownOnce>({});
  const others = connection.secrets.filter(({ path }) => !(path in SECRET_WORDS));
  const take = (saved: Saved) => {
    setShownOnce(saved.shownOnce);
    onChange();
  };
  return (
    <section class="card" aria-label="Secrets">
      <h2>Secrets</h2>
      <ShownSecrets shownOnce={shownOnce} close={() => setShownOnce({})} />
      <ul class="lines">
        {(["webhookSecrets", "signingSecrets"] as const).map((kind) => (
          <OwnSecretLine key={kind} kind={kind} connection={connection} onSaved={take} />
        ))}
        {others.map((secret) => (
          <li class="line" key={secret.path}>
            <div class="line-main">
              <code>{secret.path}</code>
              <span class="quiet">{setSince(secret)}</span>
            </div>
          </li>
        ))}
      </ul>
      {connection.source === "file" ? <FileRotation /> : null}
    </section>
  );
}

function OwnSecretLine({
  kind,
  connection: { name, secrets, source },
  onSaved,
}: {
  readonly kind: OwnSecret;
  readonly connection: ConnectionDetail;
  readonly onSaved: (saved: Saved) => void;
}) {
  const { isBusy, error, begin } = useDoing();
  const { isAdmin } = useMe();
  const secret = secrets.find(({ path }) => path === kind);
  const isRotating = secret?.count === 2;
  const change = () =>
    begin(async () => {
      const verb = isRotating ? "retire" : "rotate";
      const path = `/connections${apiPath(name)}/secrets/${verb}`;
      onSaved(await callApi<Saved>(path, { method: "POST", body: { kind } }));
    });
  return (
    <li class="line">
      <div class="line-main">
        <strong>{SECRET_WORDS[kind]}</strong>
        <span class={isRotating ? "tint warn" : "quiet"}>
          {secret === undefined ? "none: senders of this kind stay outside" : setSince(secret)}
        </span>
      </div>
      {source === "page" && isAdmin ? (
        <WorkButton icon="replay" isBusy={isBusy} about={SECRET_WORDS[kind]} onClick={change}>
          {isRotating ? "Retire the old one" : "Make a new one"}
        </WorkButton>
      ) : null}
      {error === undefined ? null : <Failed error={error} />}
    </li>
  );
}

function setSince({ count, changedAt }: SetSecret): string {
  const what = count === 2 ? "two are valid: the old one and the new one" : "set";
  return changedAt === null ? what : `${what}, last changed ${dayAndClock(changedAt)}`;
}

function FileRotation() {
  return (
    <details>
      <summary>How to change one in the file</summary>
      <div class="prose">
        <p>
          Write the new one beside the old one and restart the bridge: both are valid. Once every
          sender uses the new one, take the old one away and restart again.
        </p>
        <pre class="code">{'"signingSecrets": ["<the old one>", "whsec_…"]'}</pre>
        <p>
          <code>openssl rand -base64 24</code> draws what comes after <code>whsec_</code>;{" "}
          <code>openssl rand -hex 32</code> draws a webhook secret.
        </p>
      </div>
    </details>
  );
}
