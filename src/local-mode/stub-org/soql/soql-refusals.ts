import { type ApiRefusal, badRequest } from "../api/api-refusal.ts";

const SNIPPET_BEFORE = 30;
const SNIPPET_AFTER = 30;

/** Refuses a field that does not exist or is hidden by field security. */
export function noSuchColumn(soql: string, column: string, entity: string): ApiRefusal {
  const reason = `No such column '${column}' on entity '${entity}'. If you are attempting to use a custom field, be sure to append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.`;
  return badRequest("INVALID_FIELD", placed(soql, column, reason));
}

/** Refuses a path through a relationship that does not exist. */
export function noSuchRelationship(soql: string, relationship: string): ApiRefusal {
  const reason = `Didn't understand relationship '${relationship}' in field path. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`;
  return badRequest("INVALID_FIELD", placed(soql, relationship, reason));
}

/** Refuses a sub-query on a child list that does not exist. */
export function noSuchChildRelationship(soql: string, relationship: string): ApiRefusal {
  const reason = `Didn't understand relationship '${relationship}' in FROM part of query call. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`;
  return badRequest("INVALID_TYPE", placed(soql, relationship, reason));
}

/** Refuses an object that is not in the org, or that the user may not see. */
export function noSuchObject(soql: string, object: string): ApiRefusal {
  const reason = `sObject type '${object}' is not supported. If you are attempting to use a custom object, be sure to append the '__c' after the entity name. Please reference your WSDL or the describe call for the appropriate names.`;
  return badRequest("INVALID_TYPE", placed(soql, object, reason));
}

/** Refuses an id filter whose value is no id. */
export function noId(soql: string, value: string): ApiRefusal {
  return badRequest(
    "INVALID_QUERY_FILTER_OPERATOR",
    placed(soql, value, `invalid ID field: ${value}`),
  );
}

/** Refuses a literal of a type that the field does not compare with. */
export function wrongLiteral(soql: string, fieldName: string, needed: string): ApiRefusal {
  const reason = `value of filter criterion for field '${fieldName}' must be of type ${needed} and should${needed === "string" ? "" : " not"} be enclosed in quotes`;
  return badRequest("INVALID_FIELD", placed(soql, fieldName, reason));
}

/** Refuses a query that does not parse or breaks a rule of the language. */
export function malformed(message: string, options?: ErrorOptions): ApiRefusal {
  return badRequest("MALFORMED_QUERY", message, options);
}

/** Puts the reason under a piece of the query and a mark, as Salesforce does. */
function placed(soql: string, word: string, reason: string): string {
  const at = Math.max(0, soql.search(new RegExp(`\\b${word.replace(/[^\w]/g, "\\$&")}\\b`, "i")));
  const row = soql.slice(0, at).split("\n").length;
  const column = at - (soql.lastIndexOf("\n", at - 1) + 1) + 1;
  const from = Math.max(0, at - SNIPPET_BEFORE);
  const snippet = soql.slice(from, at + word.length + SNIPPET_AFTER).replaceAll("\n", " ");
  return `\n${snippet}\n${" ".repeat(at - from)}^\nERROR at Row:${row}:Column:${column}\n${reason}`;
}
