import type { LinkFindings } from "./link-findings.ts";
import { percentDecode } from "./percent-encoding.ts";

/** The parameters of a query, decoded once. */
export interface QueryParams {
  readonly known: ReadonlyMap<string, string>;
  /** Parameters Siro does not document, often the tail of a redirect that was not encoded; the first value wins. */
  readonly extra: Readonly<Record<string, string>>;
}

/** Reads a query by hand: split at `&` and the first `=`, decode once, keep `+` as a plus. */
export function readQuery(
  query: string,
  knownParams: readonly string[],
  findings: LinkFindings,
): QueryParams {
  const known = new Map<string, string>();
  const extra = new Map<string, string>();
  for (const pair of query.split("&").filter((text) => text !== "")) {
    const param = readPair(pair, findings);
    if (param === undefined) {
      continue;
    }
    const isKnown = knownParams.includes(param.name);
    remark(param.name, { isKnown, isRepeated: known.has(param.name) }, findings);
    const target = isKnown ? known : extra;
    target.set(param.name, target.get(param.name) ?? param.value);
  }
  return { known, extra: Object.fromEntries(extra) };
}

interface Param {
  readonly name: string;
  readonly value: string;
}

function readPair(pair: string, findings: LinkFindings): Param | undefined {
  const [rawName = ""] = pair.split("=", 1);
  const rawValue = pair.slice(rawName.length + 1);
  const name = percentDecode(rawName);
  const value = percentDecode(rawValue);
  const field = name ?? rawName;
  if (name === undefined || value === undefined) {
    const message = "this parameter is not valid percent-encoded UTF-8";
    findings.issues.push({ code: "MALFORMED_ENCODING", field, message });
    return undefined;
  }
  if (rawValue.includes("+")) {
    const message = "a raw + was kept as a plus; some writers mean a space";
    findings.warnings.push({ code: "AMBIGUOUS_PLUS", field, message });
  }
  return { name, value };
}

interface Standing {
  readonly isKnown: boolean;
  readonly isRepeated: boolean;
}

function remark(field: string, { isKnown, isRepeated }: Standing, findings: LinkFindings): void {
  if (!isKnown) {
    const message = "Siro does not document this parameter; it may be part of an unencoded value";
    findings.warnings.push({ code: "UNKNOWN_PARAM", field, message });
  }
  if (isRepeated) {
    const message = "this parameter is given more than once";
    findings.issues.push({ code: "DUPLICATE_PARAM", field, message });
  }
}
