import type { Request, Router } from "express";
import { isAtLeast, type Operator, type OperatorRole } from "../domain/operator.ts";
import { mountRoutes, type Reply, type Route } from "../http/route.ts";
import { RoleTooLowError } from "./admin-errors.ts";
import type { CallDescription } from "./call-description.ts";
import { operatorOf } from "./known-operator.ts";

/** What the audit trail tells of a change beside who and when; never a secret. */
export interface AuditNote {
  /** What was done, in a few plain words: "Rotated the signing secret". */
  readonly what: string;
  readonly connection?: string;
  /** What was changed: a record id, a device id, a user name. */
  readonly subject?: string;
  readonly before?: object;
  readonly after?: object;
}

/** An answer, and what the audit trail tells of it. */
export interface AdminReply extends Reply {
  /** Null where a call that could change something changed nothing. */
  readonly audit?: AuditNote | null;
}

/** One row of the operators' route table. */
export interface AdminRoute extends Route {
  /** The least role that may call it: viewers may read and operators may change, unless this says otherwise. */
  readonly role?: OperatorRole;
  /** A POST that changes nothing: no trace is kept, and viewers may call it unless `role` says otherwise. */
  readonly readsOnly?: true;
  /** What the description of the API says of it. */
  readonly describes?: CallDescription;
  readonly handle: (request: Request) => Promise<AdminReply>;
}

/** Keeps who changed what. */
export type RecordAudit = (operator: Operator, note: AuditNote) => Promise<void>;

/** Puts a route table on a router: each call is checked against the caller's role, each change is kept. */
export function mountAdminRoutes(
  router: Router,
  routes: readonly AdminRoute[],
  recordAudit: RecordAudit,
): void {
  mountRoutes(
    router,
    routes.map((route) => ({
      ...route,
      handle: async (request) => {
        const operator = operatorOf(request);
        checkRole(operator, route);
        const { audit = plainNote(request, route), ...reply } = await route.handle(request);
        if (audit !== null) {
          await recordAudit(operator, audit);
        }
        return reply;
      },
    })),
  );
}

/** The least role that may call a route. */
export function leastRole(route: AdminRoute): OperatorRole {
  return route.role ?? (isReading(route) ? "viewer" : "operator");
}

function checkRole({ role }: Operator, route: AdminRoute): void {
  const least = leastRole(route);
  if (!isAtLeast(role, least)) {
    throw new RoleTooLowError(role, least);
  }
}

/** A change that says nothing of itself is told by its call; reading leaves no trace. */
function plainNote({ method, path }: Request, route: AdminRoute): AuditNote | null {
  return isReading(route) ? null : { what: `${method} ${path}` };
}

function isReading({ method, readsOnly }: AdminRoute): boolean {
  return method === "get" || readsOnly === true;
}
