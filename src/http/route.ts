import type { Request, Response, Router } from "express";

/** What a route answers, as a plain value: a string goes out as plain text unless `headers` say more, the rest as JSON. */
export interface Reply {
  readonly status: number;
  readonly body?: string | object;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One row of a room's route table. */
export interface Route {
  readonly method: "get" | "post" | "delete";
  readonly path: string;
  /** Answers a request; an error it throws becomes an error reply. */
  readonly handle: (request: Request) => Promise<Reply>;
}

/** Puts a route table on a router, in its order. */
export function mountRoutes(router: Router, routes: readonly Route[]): void {
  for (const { method, path, handle } of routes) {
    router[method](path, async (request, response) => {
      send(response, await handle(request));
    });
  }
}

function send(response: Response, { status, body, headers = {} }: Reply): void {
  response.status(status);
  if (typeof body === "string") {
    response.type("text/plain").set(headers).send(body);
  } else if (body === undefined) {
    response.set(headers).end();
  } else {
    response.set(headers).json(body);
  }
}
