import { parseQuery, type Query } from "@jetstreamapp/soql-parser-js";
import { malformed } from "./soql-refusals.ts";

const MAX_LENGTH = 100_000;

/**
 * Parses a query.
 *
 * @throws {ApiRefusal} MALFORMED_QUERY when it is empty, longer than 100,000 characters or no SOQL.
 */
export function parseSoql(soql: string): Query {
  if (soql.trim() === "") {
    throw malformed("A query string has to be specified");
  }
  if (soql.length > MAX_LENGTH) {
    throw malformed(`SOQL statements cannot be longer than ${MAX_LENGTH} characters.`);
  }
  try {
    return parseQuery(soql);
  } catch (cause) {
    throw malformed(unexpectedToken(cause), { cause });
  }
}

/** The parser names the token it stumbled over; Salesforce words the same finding its own way. */
function unexpectedToken(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  const token = /but found(?:: | --> )'([^']*)'/.exec(text)?.[1];
  return token === undefined || token === ""
    ? "unexpected token: '<EOF>'"
    : `unexpected token: '${token}'`;
}
