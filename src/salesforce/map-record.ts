import type { CrmRecord } from "./crm-record.ts";
import { mapLead, mapOpportunity } from "./map-dated-record.ts";
import { mapEvent } from "./map-event.ts";
import { mapServiceAppointment } from "./map-service-appointment.ts";
import { cancelMapped, type MapContext, type Mapped } from "./mapped.ts";
import type { GoneRecord, RecordGraph } from "./record-graph.ts";

/**
 * Maps one CRM record to what the bridge should do about it.
 *
 * Pure, and the same for the same record: the clock only decides whether a visit that has begun is under way,
 * and dates the version of a record that is gone. Nothing here depends on what is stored; whoever stores
 * judges the version and the content.
 */
export function mapRecord(graph: RecordGraph | GoneRecord, context: MapContext): Mapped {
  if (graph.kind === "gone") {
    const { recordType, recordId } = graph;
    const head = { recordType, recordId, versionMs: context.nowMs };
    return cancelMapped(head, "deleted", "Salesforce no longer has the record");
  }
  const mapped = mapFound(graph.record, graph, context);
  return { ...mapped, warnings: [...graph.warnings, ...mapped.warnings] };
}

function mapFound(record: CrmRecord, graph: RecordGraph, context: MapContext): Mapped {
  switch (record.type) {
    case "ServiceAppointment":
      return mapServiceAppointment(record, graph, context);
    case "Event":
      return mapEvent(record, graph, context);
    case "Lead":
      return mapLead(record, context);
    case "Opportunity":
      return mapOpportunity(record, context);
  }
}
