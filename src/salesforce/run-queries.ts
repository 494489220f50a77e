import { judgeRefusal, type Refusal } from "./judge-refusal.ts";
import { type CompositeAnswer, type Org, type OrgQuery, QUERIES_PER_CALL } from "./org.ts";
import { fitSelection } from "./soql-fit.ts";
import { type Condition, type Selection, soqlOf } from "./soql-text.ts";

/** One query as it is wanted, before it is fitted to what the org has. */
export interface WantedQuery {
  readonly selection: Selection;
  readonly condition: Condition;
  /** See deleted and archived records, too. */
  readonly all: boolean;
}

/** How one query ended. */
export type QueryOutcome =
  | { readonly kind: "rows"; readonly rows: readonly unknown[] }
  /** The org has nothing to ask for. */
  | { readonly kind: "absent" }
  | {
      readonly kind: "refused";
      readonly code: string;
      readonly retry: "later" | "never";
      readonly retryAfterMs?: number | undefined;
    };

/** A query that keeps being refused for other reasons each time ends here. */
const MAX_ROUNDS = 5;
const CURABLE = new Set(["INVALID_FIELD", "INVALID_TYPE"]);

/**
 * Runs queries, five in a call, and follows their pages; the outcomes come in the order of the queries.
 *
 * A query that is refused for a field or an object is fitted anew and asked again; the others are not.
 *
 * @throws {OrgUnavailableError | ApiLimitError | OrgAccessError} when no query could be asked.
 */
export async function runQueries(
  org: Org,
  wanted: readonly WantedQuery[],
): Promise<readonly QueryOutcome[]> {
  const outcomes: QueryOutcome[] = wanted.map(() => ({ kind: "absent" }));
  let waiting = await fitAll(org, [...wanted.entries()]);
  for (let round = 1; waiting.length > 0; round += 1) {
    const answers = await askAll(org, waiting);
    const again: FittedQuery[] = [];
    for (const [at, query] of waiting.entries()) {
      const answer = answers[at];
      const refitted = round < MAX_ROUNDS ? await refit(org, query, answer) : undefined;
      if (refitted === undefined) {
        outcomes[query.at] = outcomeOf(org, answer);
      } else {
        again.push(...refitted);
      }
    }
    waiting = again;
  }
  return outcomes;
}

interface FittedQuery {
  readonly at: number;
  readonly wanted: WantedQuery;
  readonly soql: string;
}

async function fitAll(
  org: Org,
  wanted: readonly (readonly [number, WantedQuery])[],
): Promise<readonly FittedQuery[]> {
  const fitted = await Promise.all(
    wanted.map(async ([at, one]) => {
      const selection = await fitSelection(org.shape, one.selection);
      return selection === undefined
        ? []
        : [{ at, wanted: one, soql: soqlOf(selection, one.condition) }];
    }),
  );
  return fitted.flat();
}

/** Gives the query in its new form, none if nothing is left of it; undefined when asking again is pointless. */
async function refit(
  org: Org,
  query: FittedQuery,
  answer: CompositeAnswer | undefined,
): Promise<readonly FittedQuery[] | undefined> {
  if (answer?.kind !== "refused" || !CURABLE.has(answer.code)) {
    return;
  }
  if (org.shape.redescribe()) {
    const redescribed = await fitAll(org, [[query.at, query.wanted]]);
    if (redescribed[0]?.soql !== query.soql) {
      return redescribed;
    }
  }
  org.shape.learn(answer);
  const refitted = await fitAll(org, [[query.at, query.wanted]]);
  return refitted[0]?.soql === query.soql ? undefined : refitted;
}

async function askAll(
  org: Org,
  queries: readonly FittedQuery[],
): Promise<readonly CompositeAnswer[]> {
  const asked = queries.map(({ soql, wanted }) => ({ soql, all: wanted.all }));
  return followPages(org, await askInGroups(org, asked));
}

/** One group after the other: a burst must not take all of the org's concurrent requests. */
async function askInGroups(
  org: Org,
  queries: readonly OrgQuery[],
): Promise<readonly CompositeAnswer[]> {
  const answers: CompositeAnswer[] = [];
  for (let from = 0; from < queries.length; from += QUERIES_PER_CALL) {
    answers.push(...(await org.composite(queries.slice(from, from + QUERIES_PER_CALL))));
  }
  return answers;
}

async function followPages(
  org: Org,
  firstPages: readonly CompositeAnswer[],
): Promise<readonly CompositeAnswer[]> {
  let whole = firstPages;
  for (;;) {
    const open = whole.flatMap((answer, at) =>
      answer.kind === "rows" && answer.nextUrl !== undefined
        ? [{ at, nextUrl: answer.nextUrl }]
        : [],
    );
    if (open.length === 0) {
      return whole;
    }
    const pages = await askInGroups(org, open);
    const pageOf = new Map(open.map(({ at }, place) => [at, pages[place]]));
    whole = whole.map((answer, at) => joinPage(answer, pageOf.get(at)));
  }
}

/** A refused page makes the whole answer refused: half of the rows would look like all of them. */
function joinPage(answer: CompositeAnswer, page: CompositeAnswer | undefined): CompositeAnswer {
  return answer.kind === "rows" && page?.kind === "rows"
    ? { ...page, rows: [...answer.rows, ...page.rows] }
    : (page ?? answer);
}

function outcomeOf(org: Org, answer: CompositeAnswer | undefined): QueryOutcome {
  if (answer === undefined) {
    return { kind: "absent" };
  }
  return answer.kind === "rows" ? { kind: "rows", rows: answer.rows } : refusedOutcome(org, answer);
}

function refusedOutcome(org: Org, refusal: Refusal): QueryOutcome {
  const error = judgeRefusal(org.connection.name, refusal);
  const retryAfterMs = "retryAfterMs" in error ? error.retryAfterMs : undefined;
  return { kind: "refused", code: refusal.code, retry: error.retry, retryAfterMs };
}
