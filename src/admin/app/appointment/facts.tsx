import type { ComponentChildren } from "preact";
import type { Appointment, NamedRep } from "../api-shapes.ts";
import { isSameClock, span, viewerZone, zoneName } from "../moments.ts";
import { Chip } from "../parts/chip.tsx";
import { repName, shownStatus } from "../words.ts";

/** What the CRM says: when, who, about which records. */
export function Facts({ appointment }: { readonly appointment: Appointment }) {
  const { connection, recordType, recordId, status, reps, crmObjects } = appointment;
  return (
    <section class="card" aria-label="Facts">
      <dl class="facts">
        <Fact name="When">
          <Times appointment={appointment} />
        </Fact>
        <Fact name={reps.length > 1 ? "Reps" : "Rep"}>
          {reps.length === 0 ? "Nobody is named" : null}
          {reps.map((rep) => (
            <span key={rep.userId}>
              {repName(rep)} <small class="quiet">{rep.email ?? rep.userId}</small>
            </span>
          ))}
        </Fact>
        <Fact name="In the CRM">
          <span>
            <Chip shown={shownStatus(status)} />
          </span>
        </Fact>
        <Fact name="Record">
          <span>
            {recordType ?? "Record"} <code>{recordId}</code>
          </span>
          <small class="quiet">connection {connection}</small>
        </Fact>
        <Fact name="Recording hangs on">
          {crmObjects.length === 0 ? "No record is named" : null}
          {crmObjects.map(({ objectType, objectId }) => (
            <span key={objectId}>
              {objectType} <code>{objectId}</code>
            </span>
          ))}
        </Fact>
      </dl>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Times({ appointment: { startAt, endAt, reps } }: { readonly appointment: Appointment }) {
  if (startAt === null || endAt === null) {
    return <>Not known</>;
  }
  return (
    <>
      <span>
        {span(startAt, endAt)}{" "}
        <small class="quiet">{zoneName(startAt, viewerZone())}, your time</small>
      </span>
      {zonesOf(reps, startAt).map(({ zone, names }) => (
        <span key={zone}>
          {span(startAt, endAt, zone)}{" "}
          <small class="quiet">
            {zoneName(startAt, zone)}, the time of {names}
          </small>
        </span>
      ))}
    </>
  );
}

/** The zones of reps whose clocks show something else than the viewer's. */
function zonesOf(reps: readonly NamedRep[], at: string) {
  const zones = new Map<string, string[]>();
  for (const rep of reps) {
    const { timeZone } = rep;
    if (timeZone !== undefined && !isSameClock(at, timeZone, viewerZone())) {
      zones.set(timeZone, [...(zones.get(timeZone) ?? []), repName(rep)]);
    }
  }
  return [...zones].map(([zone, names]) => ({ zone, names: names.join(", ") }));
}
