import type { ConnectionOverview } from "../api-shapes.ts";
import { apiPath } from "../call-api.ts";
import { Chip } from "../parts/chip.tsx";
import { Icon } from "../parts/icon.tsx";
import { Empty, Failed, Loading, Note } from "../parts/messages.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { useCall } from "../use-call.ts";
import { useMe } from "../use-me.ts";
import type { LiveOverview } from "../watch-overview.ts";
import type { ListedConnection } from "./connection-shapes.ts";
import { shownHealth, shownHold, shownSource } from "./shown-connection.ts";

interface ConnectionList {
  readonly items: readonly ListedConnection[];
  readonly isLocalMode: boolean;
}

/** Every connection, whether it stands in the file or was made here. */
export function ConnectionsPage({ live: { overview } }: { readonly live: LiveOverview }) {
  const { answer, error, isLoading, reload } = useCall<ConnectionList>("/connections");
  const { isAdmin } = useMe();
  const nowOf = (name: string) => overview?.connections.find((one) => one.name === name);
  return (
    <>
      <PageHead title="Connections" lead="One for every Salesforce organization that is served.">
        {isAdmin ? (
          <a class="small strong" href="/admin/new-connection">
            <Icon name="plus" />
            New connection
          </a>
        ) : null}
      </PageHead>
      {answer?.isLocalMode === true ? <LocalModeNote items={answer.items} /> : null}
      {error === undefined ? null : <Failed error={error} retry={reload} />}
      {answer === undefined && isLoading ? <Loading rows={2} /> : null}
      {answer?.items.length === 0 ? (
        <Empty icon="plug" title="There is no connection yet">
          Make the first one.
        </Empty>
      ) : null}
      {answer === undefined || answer.items.length === 0 ? null : (
        <ul class="rows">
          {answer.items.map((item) => (
            <ConnectionRow key={item.name} item={item} now={nowOf(item.name)} />
          ))}
        </ul>
      )}
    </>
  );
}

function ConnectionRow({
  item,
  now,
}: {
  readonly item: ListedConnection;
  readonly now: ConnectionOverview | undefined;
}) {
  const { name, organizationId, hold, hidesStored } = item;
  return (
    <li class="row connection-row">
      <span class="row-what">
        <a class="row-link" href={`/admin/connections${apiPath(name)}`}>
          {name}
        </a>
        <small class="quiet">
          {organizationId ?? "unknown organization"}
          {hidesStored ? " · the one made here is overridden by the file" : ""}
        </small>
      </span>
      <span class="chips">
        {hold === null ? null : <Chip shown={shownHold(hold)} />}
        <Chip shown={shownHealth(item, now)} />
        <Chip shown={shownSource(item)} />
      </span>
    </li>
  );
}

function LocalModeNote({ items }: Pick<ConnectionList, "items">) {
  const isLeaving = items.some(({ source }) => source === "page");
  return (
    <Note tone="accent">
      <p>
        {isLeaving
          ? "This is still local mode. It is over after the next start of the bridge: the invented org and its connection demo go, your own connections stay, and the bridge listens where HOST says (every address by default)."
          : "This is local mode: demo is an invented org. The first connection that you make here is served at once, and local mode is over after the next start."}
      </p>
    </Note>
  );
}
