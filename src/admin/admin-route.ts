import type { Request, Router } from "express";
import { isAtLeast, type Operator, type OperatorRole } from "../domain/operator.ts";
import { mountRoutes, type Reply, type Route } from "../http/route.ts";
import { RoleTooLowError } from "./admin-errors.ts";
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
  readonly audit?: AuditNote;
}

/** One row of the operators' route table. */
export interface AdminRoute extends Route {
  /** The least role that may call it: viewers may read and operators may change, unless this says otherwise. */
  readonly role?: OperatorRole;
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
        const { audit = plainNote(request), ...reply } = await route.handle(request);
        if (audit !== undefined) {
          await recordAudit(operator, audit);
        }
        return reply;
      },
    })),
  );
}

function checkRole({ role }: Operator, route: AdminRoute): void {
  const least = route.role ?? (route.method === "get" ? "viewer" : "operator");
  if (!isAtLeast(role, least)) {
    throw new RoleTooLowError(role, least);
  }
}

/** A change that says nothing of itself is told by its call; reading leaves no trace. */
function plainNote({ method, path }: Request): AuditNote | undefined {
  return method === "GET" || method === "HEAD" ? undefined : { what: `${method} ${path}` };
}
