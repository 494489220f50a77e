/**
 * Why a body is not an outbound message; bounded, so that it can label a metric.
 *
 * `ENCODING`: not UTF-8 · `NOT_WELL_FORMED`: not XML 1.0 · `FORBIDDEN_XML`: a document type or a processing
 * instruction · `STRUCTURE`: not the elements of the outbound message schema · `ORGANIZATION_MISSING` ·
 * `LIMIT`: deeper, wider or longer than any real message · `TOO_SLOW`: the time budget of parsing is spent.
 */
export type UnreadableReason =
  | "ENCODING"
  | "NOT_WELL_FORMED"
  | "FORBIDDEN_XML"
  | "STRUCTURE"
  | "ORGANIZATION_MISSING"
  | "LIMIT"
  | "TOO_SLOW";
