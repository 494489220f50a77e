import { useState } from "preact/hooks";
import type { ConnectionOverview } from "../api-shapes.ts";
import { type ApiError, apiPath } from "../call-api.ts";
import { Empty, Failed, Loading } from "../parts/messages.tsx";
import { PageHead } from "../parts/page-head.tsx";
import { go, hrefWith, type Place } from "../place.ts";
import { useCall } from "../use-call.ts";
import type { LiveOverview } from "../watch-overview.ts";
import { Trial } from "./trial.tsx";
import type { CurrentRules } from "./what-if-shapes.ts";

/** Tries other rules of a connection on its last appointments, before anybody saves them. */
export function WhatIfPage({
  place,
  live: { overview, error },
}: {
  readonly place: Place;
  readonly live: LiveOverview;
}) {
  const connections = overview?.connections ?? [];
  const chosen = place.query.get("connection") ?? connections[0]?.name;
  return (
    <>
      <PageHead
        title="What if"
        lead="Change rules and see what would have come out differently. Nothing is saved or sent by comparing."
      >
        <ConnectionSelect place={place} connections={connections} chosen={chosen} />
      </PageHead>
      {chosen === undefined ? (
        <NoConnection isKnown={overview !== undefined} error={error} />
      ) : (
        <RulesOf key={chosen} connection={chosen} />
      )}
    </>
  );
}

function NoConnection({
  isKnown,
  error,
}: {
  readonly isKnown: boolean;
  readonly error: ApiError | undefined;
}) {
  if (isKnown) {
    return (
      <Empty icon="plan" title="There is no connection yet">
        <a href="/admin/connections">Make one first</a>
      </Empty>
    );
  }
  return error === undefined ? <Loading /> : <Failed error={error} />;
}

function ConnectionSelect({
  place,
  connections,
  chosen,
}: {
  readonly place: Place;
  readonly connections: readonly ConnectionOverview[];
  readonly chosen: string | undefined;
}) {
  const names = [...new Set([...connections.map(({ name }) => name), ...(chosen ? [chosen] : [])])];
  return names.length < 2 ? null : (
    <label>
      <span>Connection</span>
      <select
        value={chosen ?? ""}
        onChange={({ currentTarget }) => go(hrefWith(place, { connection: currentTarget.value }))}
      >
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

function RulesOf({ connection }: { readonly connection: string }) {
  const { answer, error, isLoading, reload } = useCall<CurrentRules>(
    `/connections${apiPath(connection)}/what-if`,
  );
  const [turn, setTurn] = useState(0);
  if (error !== undefined) {
    return error.code === "NOT_FOUND" ? (
      <Empty icon="search" title={`There is no connection ${connection}`}>
        <a href="/admin/what-if">Choose another one</a>
      </Empty>
    ) : (
      <Failed error={error} retry={reload} />
    );
  }
  if (answer === undefined) {
    return isLoading ? <Loading rows={3} /> : null;
  }
  return <Trial key={turn} current={answer} startOver={() => setTurn(turn + 1)} />;
}
