import { openValue } from "../sealed-value.ts";
import {
  TRANSFER_VERSION,
  type TransferRecord,
  transferHeaderSchema,
  transferRecordSchema,
} from "./transfer-record.ts";

/** Everything an export holds, or every line that is wrong with it, by number. */
export type TransferReading =
  | { readonly kind: "read"; readonly records: readonly TransferRecord[] }
  | { readonly kind: "refused"; readonly problems: readonly string[] };

/** Reads an export whole, before any of it is used. Problems name lines and fields, never what stands in them. Pure. */
export function readTransfer(text: string, secretKey: Buffer): TransferReading {
  const [first = "", ...rest] = text.split("\n");
  const problem = headerProblem(parsedJson(first));
  if (problem !== undefined) {
    return { kind: "refused", problems: [problem] };
  }
  const lines = rest
    .map((line, at) => ({ line, number: at + 2 }))
    .filter(({ line }) => line !== "");
  const readings = lines.map(({ line, number }) => readLine(line, number, secretKey));
  const problems = readings.filter((reading) => typeof reading === "string");
  return problems.length > 0
    ? { kind: "refused", problems }
    : { kind: "read", records: readings.filter((reading) => typeof reading !== "string") };
}

function headerProblem(header: unknown): string | undefined {
  const { data } = transferHeaderSchema.safeParse(header);
  if (data === undefined) {
    return "line 1: this is no export of siro-bridge";
  }
  return data.version > TRANSFER_VERSION
    ? `line 1: a newer siro-bridge made this export (version ${data.version}, this one reads ${TRANSFER_VERSION}); upgrade siro-bridge`
    : undefined;
}

function readLine(line: string, number: number, secretKey: Buffer): TransferRecord | string {
  const value = parsedJson(line);
  if (value === undefined) {
    return `line ${number}: this is not JSON; was the file cut off?`;
  }
  const { data, error } = transferRecordSchema.safeParse(value);
  if (data === undefined) {
    const [issue] = error.issues;
    return `line ${number}: ${issue?.path.map(String).join(".") || "kind"} is not as it must be`;
  }
  const sealed = sealedIn(data);
  return sealed === "" || opens(sealed, secretKey)
    ? data
    : `line ${number}: it was sealed with another SECRET_KEY; set the one of the bridge that made the export`;
}

/** What only the right key opens; nothing where there is no secret. */
function sealedIn(record: TransferRecord): string {
  switch (record.kind) {
    case "connection":
      return record.sealed;
    case "device":
      return record.device.sealedAddress;
    default:
      return "";
  }
}

function opens(sealed: string, secretKey: Buffer): boolean {
  try {
    openValue(sealed, secretKey);
    return true;
  } catch {
    return false;
  }
}

function parsedJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
