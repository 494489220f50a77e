import { createBullBoard } from "@bull-board/api";
import { BullMQAdapter } from "@bull-board/api/bullMQAdapter";
import { ExpressAdapter } from "@bull-board/express";
import type { RequestHandler } from "express";
import { isAtLeast } from "../domain/operator.ts";
import { isChange } from "../http/request-origin.ts";
import { RoleTooLowError } from "./admin-errors.ts";
import type { AdminQueues } from "./admin-queues.ts";
import type { RecordAudit } from "./admin-route.ts";
import { operatorOf } from "./known-operator.ts";
import { createLookNotes } from "./look-notes.ts";
import { redactWork } from "./parked/redact-work.ts";

/** What the queue pages need from the world. */
export interface QueuePagesDeps {
  readonly queues: AdminQueues;
  readonly recordAudit: RecordAudit;
  readonly nowMs: () => number;
}

/**
 * Builds bull-board's pages; it has no login of its own, so the guard must stand before it.
 *
 * Viewers get pages without buttons and with personal values hidden, and whatever they send that is not reading is refused.
 * Operators see all of it, and the audit trail tells at what they looked.
 */
export function queuePages(deps: QueuePagesDeps, path: string): RequestHandler {
  const open = board(deps.queues, path, false);
  const readOnly = board(deps.queues, path, true);
  const noteLook = createLookNotes(deps);
  return async (request, response, next) => {
    const operator = operatorOf(request);
    const mayChange = isAtLeast(operator.role, "operator");
    if (isChange(request)) {
      if (!mayChange) {
        throw new RoleTooLowError(operator.role, "operator");
      }
      await deps.recordAudit(operator, {
        what: "Changed a queue by its page",
        subject: `${request.method} ${request.path}`.slice(0, 200),
      });
    } else if (mayChange) {
      await noteLook(operator, request);
    }
    (mayChange ? open : readOnly)(request, response, next);
  };
}

function board(queues: AdminQueues, path: string, readOnlyMode: boolean): RequestHandler {
  const serverAdapter = new ExpressAdapter().setBasePath(path);
  createBullBoard({
    queues: Object.values(queues).map(({ queue }) => {
      const adapter = new BullMQAdapter(queue, { readOnlyMode });
      return readOnlyMode ? withoutPersonal(adapter) : adapter;
    }),
    serverAdapter,
    options: { uiConfig: { boardTitle: "siro-bridge queues" } },
  });
  return serverAdapter.getRouter();
}

/** What parked work hides from viewers must not stand open one page further on. */
function withoutPersonal(adapter: BullMQAdapter): BullMQAdapter {
  adapter.setFormatter("data", (data) => redactWork(data));
  adapter.setFormatter("returnValue", (value) => redactWork(value));
  return adapter;
}
