import { z } from "zod";
import type { AdminRoute } from "./admin-route.ts";

/** The route of the API's own description in OpenAPI 3.1; it is made when it is first asked for. */
export function openApiRoute(describeApi: (self: AdminRoute) => object): AdminRoute {
  let described: object | undefined;
  const route: AdminRoute = {
    method: "get",
    path: "/openapi.json",
    describes: {
      summary: "This description",
      replies: { 200: z.looseObject({ openapi: z.string() }) },
    },
    handle: async () => {
      described ??= describeApi(route);
      return { status: 200, body: described };
    },
  };
  return route;
}
