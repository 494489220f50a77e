import { useState } from "preact/hooks";
import type { ConnectionOverview } from "../api-shapes.ts";
import { apiPath } from "../call-api.ts";
import { dayAndClock } from "../moments.ts";
import { Chip } from "../parts/chip.tsx";
import { Copyable } from "../parts/copyable.tsx";
import { Icon } from "../parts/icon.tsx";
import { Failed, Loading, Note } from "../parts/messages.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { useCall } from "../use-call.ts";
import { useMe } from "../use-me.ts";
import { CheckPanel } from "./check-panel.tsx";
import type { ConnectionDetail } from "./connection-shapes.ts";
import { DeletePanel } from "./delete-panel.tsx";
import { HoldPanel } from "./hold-panel.tsx";
import { SecretsPanel } from "./secrets-panel.tsx";
import { shownHealth, shownHold, shownSource } from "./shown-connection.ts";
import { takeShownOnce } from "./shown-once.ts";
import { ShownSecrets } from "./shown-secrets.tsx";

/** One connection: how it is, and everything that can be done about it. */
export function ConnectionPage({
  name,
  now,
}: {
  readonly name: string;
  readonly now: ConnectionOverview | undefined;
}) {
  const { answer, error, isLoading, reload } = useCall<ConnectionDetail>(
    `/connections${apiPath(name)}`,
  );
  const [shownOnce, setShownOnce] = useState(() => takeShownOnce(name));
  const { isAdmin } = useMe();
  return (
    <>
      <a class="back" href="/admin/connections">
        <Icon name="back" />
        Connections
      </a>
      <PageHead title={name}>
        {answer === undefined ? null : <Links connection={answer} isAdmin={isAdmin} />}
      </PageHead>
      {error === undefined ? null : <Failed error={error} retry={reload} />}
      {answer === undefined && isLoading ? <Loading /> : null}
      <ShownSecrets shownOnce={shownOnce} close={() => setShownOnce({})} />
      {answer === undefined ? null : (
        <Panels connection={answer} now={now} isAdmin={isAdmin} reload={reload} />
      )}
    </>
  );
}

function Panels({
  connection,
  now,
  isAdmin,
  reload,
}: {
  readonly connection: ConnectionDetail;
  readonly now: ConnectionOverview | undefined;
  readonly isAdmin: boolean;
  readonly reload: () => void;
}) {
  const { name, source, hidesStored, problem } = connection;
  return (
    <>
      <Head connection={connection} now={now} />
      <div class="columns">
        <HoldPanel connection={connection} onChange={reload} />
        {isAdmin && problem === null ? <CheckPanel name={name} /> : null}
      </div>
      <SecretsPanel connection={connection} onChange={reload} />
      <Addresses connection={connection} />
      <AllSettings connection={connection} />
      {isAdmin && (source === "page" || hidesStored) ? <DeletePanel name={name} /> : null}
    </>
  );
}

function Links({
  connection: { name, source, problem },
  isAdmin,
}: {
  readonly connection: ConnectionDetail;
  readonly isAdmin: boolean;
}) {
  return (
    <div class="actions">
      <a class="small" href={`/admin/what-if?${new URLSearchParams({ connection: name })}`}>
        <Icon name="plan" />
        What if
      </a>
      {isAdmin && source === "page" && problem === null ? (
        <a class="small strong" href={`/admin/connections${apiPath(name)}/edit`}>
          <Icon name="edit" />
          Edit
        </a>
      ) : null}
    </div>
  );
}

function Head({
  connection,
  now,
}: {
  readonly connection: ConnectionDetail;
  readonly now: ConnectionOverview | undefined;
}) {
  const { source, hidesStored, problem, changedAt, changedBy, hold } = connection;
  return (
    <>
      <div class="chips">
        {hold === null ? null : <Chip shown={shownHold(hold)} />}
        <Chip shown={shownHealth(connection, now)} />
        <Chip shown={shownSource(connection)} />
        {changedAt === null ? null : (
          <span class="quiet">
            Changed <time dateTime={changedAt}>{dayAndClock(changedAt)}</time> by {changedBy}
          </span>
        )}
      </div>
      {source === "file" ? (
        <Note tone={hidesStored ? "warn" : "quiet"}>
          <p>
            {hidesStored
              ? "A connection of this name was made here as well. The file wins: what follows is the file's, and deleting removes only the other one."
              : "It stands in the connections file: change it there and restart the bridge. It can be tested and held here."}
          </p>
        </Note>
      ) : null}
      {problem === null ? null : (
        <Note tone="bad">
          <p>{problem}</p>
        </Note>
      )}
    </>
  );
}

function Addresses({ connection: { addresses } }: { readonly connection: ConnectionDetail }) {
  return (
    <section class="card" aria-label="Addresses">
      <h2>Addresses</h2>
      <p class="quiet">What the senders of this connection call.</p>
      <div class="addresses">
        <div class="field">
          <span class="quiet">Signed or bearer JSON events</span>
          <Copyable text={addresses.events} label="Address of events" />
        </div>
        <div class="field">
          <span class="quiet">Salesforce outbound messages</span>
          <Copyable text={addresses.outboundMessages} label="Address of outbound messages" />
        </div>
        <div class="field">
          <span class="quiet">Siro's webhooks</span>
          <Copyable text={addresses.siro} label="Address of Siro's webhooks" />
        </div>
      </div>
    </section>
  );
}

function AllSettings({ connection: { settings } }: { readonly connection: ConnectionDetail }) {
  return (
    <details class="card">
      <summary>All settings, without secrets</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre class="code scroll" tabIndex={0}>
        {JSON.stringify(settings, null, 2)}
      </pre>
    </details>
  );
}
