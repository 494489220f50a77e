import type { WriteBackOutcome } from "./write-back.ts";

/** The field is missing, hidden, read-only, too short or of another type: no record could take the value. */
const FIELD_CODE = /^(INVALID_FIELD|INVALID_TYPE|STRING_TOO_LONG|JSON_PARSER_ERROR)/;
/** A missing right, to the object or to one record; a write that went well lately tells which. */
const ACCESS_CODE = /^INSUFFICIENT_ACCESS/;

/** What a write means for what comes next. */
export type WriteVerdict =
  | { readonly kind: "done"; readonly note: string }
  | { readonly kind: "busy" }
  /** No record of this type would be taken. */
  | { readonly kind: "hopeless"; readonly why: string };

/** Judges how one record was taken; `wentWell` says that another of its type was written lately. */
export function judgeWrite(outcome: WriteBackOutcome | undefined, wentWell: boolean): WriteVerdict {
  if (outcome?.kind !== "refused") {
    return { kind: "done", note: outcome?.kind ?? "unchanged" };
  }
  const { code, retry, fields } = outcome;
  if (retry === "later") {
    return { kind: "busy" };
  }
  return FIELD_CODE.test(code) || (ACCESS_CODE.test(code) && !wentWell)
    ? { kind: "hopeless", why: `Salesforce refuses ${fields.join(", ")} (${code})` }
    : { kind: "done", note: `refused ${code}` };
}
