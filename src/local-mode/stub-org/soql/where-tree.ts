import type { ConditionWithValueQuery, WhereClause } from "@jetstreamapp/soql-parser-js";
import { malformed } from "./soql-refusals.ts";

/** The WHERE clause as a tree. */
export type WhereTree<Leaf> =
  | { readonly kind: "and" | "or"; readonly parts: readonly WhereTree<Leaf>[] }
  | { readonly kind: "not"; readonly part: WhereTree<Leaf> }
  | { readonly kind: "test"; readonly test: Leaf };

type Token = "(" | ")" | "AND" | "OR" | "NOT" | ConditionWithValueQuery;

/**
 * Builds the tree from the parser's flat list, which only counts parentheses.
 *
 * @throws {ApiRefusal} MALFORMED_QUERY when AND and OR are mixed without parentheses, as in Salesforce.
 */
export function whereTree(where: WhereClause): WhereTree<ConditionWithValueQuery> {
  const tokens = tokensOf(where);
  const tree = parseGroup(tokens);
  if (tokens.length > 0) {
    throw malformed(`unexpected token: '${wordOf(tokens[0])}'`);
  }
  return tree;
}

function tokensOf(where: WhereClause): Token[] {
  const tokens: Token[] = [];
  let clause: WhereClause | undefined = where;
  while (clause !== undefined) {
    tokens.push(...ownTokens(clause));
    clause = "right" in clause ? clause.right : undefined;
  }
  return tokens;
}

/** The tokens of one link of the list: what opens, NOT or the comparison, what closes, and the next word. */
function ownTokens(clause: WhereClause): Token[] {
  const { left } = clause;
  const word = "operator" in clause ? [clause.operator] : [];
  const opening = times<Token>("(", countOf(left, "openParen"));
  return left === null || word[0] === "NOT"
    ? [...opening, ...word]
    : [...opening, left, ...times<Token>(")", countOf(left, "closeParen")), ...word];
}

function countOf(left: ConditionWithValueQuery | null, side: "openParen" | "closeParen"): number {
  const counts: { openParen?: number; closeParen?: number } = left ?? {};
  return counts[side] ?? 0;
}

function times<Item>(item: Item, count: number): Item[] {
  return Array.from({ length: count }, () => item);
}

function parseGroup(tokens: Token[]): WhereTree<ConditionWithValueQuery> {
  const parts = [parseOne(tokens)];
  let joined: "AND" | "OR" | undefined;
  while (tokens[0] === "AND" || tokens[0] === "OR") {
    const word = tokens[0];
    if (joined !== undefined && word !== joined) {
      throw malformed(`unexpected token: '${word}'`);
    }
    joined = word;
    tokens.shift();
    parts.push(parseOne(tokens));
  }
  const [only] = parts;
  if (joined === undefined && only !== undefined) {
    return only;
  }
  return { kind: joined === "OR" ? "or" : "and", parts };
}

function parseOne(tokens: Token[]): WhereTree<ConditionWithValueQuery> {
  const token = tokens.shift();
  if (token === "NOT") {
    return { kind: "not", part: parseOne(tokens) };
  }
  if (token === "(") {
    const inner = parseGroup(tokens);
    tokens.shift();
    return inner;
  }
  if (token === undefined || typeof token === "string") {
    throw malformed(`unexpected token: '${wordOf(token)}'`);
  }
  return { kind: "test", test: token };
}

function wordOf(token: Token | undefined): string {
  return typeof token === "string" ? token : "<EOF>";
}

/** Says whether a record passes, each test being asked of it. */
export function passes<Leaf>(tree: WhereTree<Leaf>, ask: (test: Leaf) => boolean): boolean {
  switch (tree.kind) {
    case "and":
      return tree.parts.every((part) => passes(part, ask));
    case "or":
      return tree.parts.some((part) => passes(part, ask));
    case "not":
      return !passes(tree.part, ask);
    case "test":
      return ask(tree.test);
  }
}

/** Replaces every test of a tree. */
export function mapTests<From, To>(
  tree: WhereTree<From>,
  change: (test: From) => To,
): WhereTree<To> {
  switch (tree.kind) {
    case "and":
    case "or":
      return { kind: tree.kind, parts: tree.parts.map((part) => mapTests(part, change)) };
    case "not":
      return { kind: "not", part: mapTests(tree.part, change) };
    case "test":
      return { kind: "test", test: change(tree.test) };
  }
}
