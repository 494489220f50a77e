import type { Connection } from "../domain/connection.ts";
import type { Rep } from "../domain/rep.ts";
import { isMemberAt } from "./is-member-at.ts";
import type { RepFinding } from "./mapped.ts";
import type { AssignedResource, CrewMember, ServiceResource } from "./record-rows.ts";
import { isUserId, repOf } from "./rep-of.ts";

/** Technicians and Scheduler staff meet customers; dispatchers, planners and assets do not. */
const REP_RESOURCE_TYPES: ReadonlySet<string> = new Set(["T", "A"]);
const CREW_RESOURCE_TYPE = "C";

/** What the choice among the assigned resources depends on. */
export interface ResourceQuestion {
  readonly rows: readonly AssignedResource[];
  readonly crewMembers: readonly CrewMember[];
  readonly startAtMs: number;
  readonly mapping: Connection["mapping"];
}

/**
 * Finds the reps of a ServiceAppointment: active users behind active resources, chosen by the rep policy.
 *
 * Who cannot be prompted is left out first, so a helper stands in for an inactive primary. The record's owner
 * is never asked: it is whoever booked. The first is the primary, then in the order of assignment.
 */
export function repsOfResources(question: ResourceQuestion): RepFinding {
  const seats = question.rows.flatMap((row) => seatsOf(row, question));
  const usable = seats.filter((seat): seat is TakenSeat => seat.rep !== null);
  const { chosen, rule } = chooseByPolicy(usable, question.mapping.repPolicy);
  const inOrder = [...chosen].sort((a, b) => Number(b.isPrimary) - Number(a.isPrimary));
  const reps = [...new Map(inOrder.map(({ rep }) => [rep.userId, rep])).values()];
  const isCrewLeftOut = seats.some(({ isUnexpandedCrew }) => isUnexpandedCrew);
  const who = reps.map(({ userId }) => userId).join(", ");
  return {
    reps,
    holdReason: isCrewLeftOut ? "crew_unexpanded" : "no_rep",
    why: [reps.length > 0 ? `Reps ${who}: ${rule}` : "Reps: no assigned resource can be prompted"],
    warnings: seats.flatMap(({ warnings }) => warnings),
  };
}

/** One person, or nobody, that an assignment leads to. */
interface Seat {
  readonly rep: Rep | null;
  readonly isPrimary: boolean;
  readonly isRequired: boolean;
  readonly isUnexpandedCrew: boolean;
  readonly warnings: readonly string[];
}
type TakenSeat = Seat & { readonly rep: Rep };

type Assignment = Pick<AssignedResource, "IsPrimaryResource" | "IsRequiredResource">;

function seatsOf(row: AssignedResource, question: ResourceQuestion): readonly Seat[] {
  const resource = row.ServiceResource;
  const name = `Service resource ${row.ServiceResourceId ?? "(hidden)"}`;
  if (resource !== null && isCrew(resource)) {
    return crewSeats(row, resource, { ...question, name });
  }
  return [seatOf(row, resource, name)];
}

function isCrew({ ResourceType, ServiceCrewId, RelatedRecordId }: ServiceResource): boolean {
  return (
    ResourceType === CREW_RESOURCE_TYPE || (ServiceCrewId !== null && RelatedRecordId === null)
  );
}

function seatOf(row: Assignment, resource: ServiceResource | null, name: string): Seat {
  if (resource === null) {
    return nobody(`${name} cannot be read`);
  }
  const { IsActive, ResourceType, RelatedRecordId, RelatedRecord } = resource;
  if (IsActive === false) {
    return nobody(`${name} is inactive`);
  }
  if (ResourceType !== null && !REP_RESOURCE_TYPES.has(ResourceType)) {
    return nobody(`${name} is of type ${ResourceType}, which is nobody to prompt`);
  }
  if (!isUserId(RelatedRecordId)) {
    return nobody(`${name} has no user`);
  }
  return {
    ...repOf(RelatedRecordId, RelatedRecord),
    isPrimary: row.IsPrimaryResource === true,
    isRequired: row.IsRequiredResource === true,
    isUnexpandedCrew: false,
  };
}

function nobody(warning: string): Seat {
  return {
    rep: null,
    isPrimary: false,
    isRequired: false,
    isUnexpandedCrew: false,
    warnings: [warning],
  };
}

interface CrewQuestion extends ResourceQuestion {
  readonly name: string;
}

function crewSeats(
  row: AssignedResource,
  { IsActive, ServiceCrewId }: ServiceResource,
  { mapping, crewMembers, startAtMs, name }: CrewQuestion,
): readonly Seat[] {
  if (IsActive === false) {
    return [nobody(`${name} is inactive`)];
  }
  if (!mapping.expandCrews) {
    const warning = `${name} is a crew; mapping.expandCrews is off, so its members are not prompted`;
    return [{ ...nobody(warning), isUnexpandedCrew: true }];
  }
  const members = crewMembers.filter(
    (member) => member.ServiceCrewId === ServiceCrewId && isMemberAt(member, startAtMs),
  );
  if (members.length === 0) {
    return [nobody(`${name} is a crew without a member on that day`)];
  }
  const hasLeader = members.some(({ IsLeader }) => IsLeader === true);
  return members.map((member) => {
    const leads = !hasLeader || member.IsLeader === true;
    const assignment = { ...row, IsPrimaryResource: row.IsPrimaryResource === true && leads };
    const memberName = `Crew member ${member.ServiceResourceId ?? "(hidden)"}`;
    return seatOf(assignment, member.ServiceResource, memberName);
  });
}

interface Choice {
  readonly chosen: readonly TakenSeat[];
  readonly rule: string;
}

function chooseByPolicy(
  usable: readonly TakenSeat[],
  policy: Connection["mapping"]["repPolicy"],
): Choice {
  if (policy === "all") {
    return { chosen: usable, rule: "all assigned resources (mapping.repPolicy all)" };
  }
  const flagged = usable.filter(policy === "primary" ? isPrimarySeat : isRequiredSeat);
  return flagged.length > 0
    ? { chosen: flagged, rule: `the resources flagged ${policy} (mapping.repPolicy ${policy})` }
    : { chosen: usable, rule: `all assigned resources, for none to prompt is flagged ${policy}` };
}

function isPrimarySeat({ isPrimary }: Seat): boolean {
  return isPrimary;
}

function isRequiredSeat({ isRequired }: Seat): boolean {
  return isRequired;
}
