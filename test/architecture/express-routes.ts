import express from "express";

/** One way in: a method, or ANY for what answers by itself below its path, such as a folder of files. */
export interface ExpressRoute {
  readonly method: string;
  readonly path: string;
}

interface Mount {
  readonly path: string;
  readonly target: unknown;
}

interface Layer {
  readonly route?: { readonly path: string | readonly string[]; readonly methods: object };
}

const answersByItself = new Set(["serveStatic", "mounted_app"]);

/**
 * Follows what is put on routers while `build` runs, and gives every route of the one that serves `/healthz`.
 *
 * A router does not keep the paths at which others were mounted on it, so they are noted as they come.
 */
export async function routesBuiltBy(build: () => Promise<void>): Promise<readonly ExpressRoute[]> {
  const shape = express.Router.prototype;
  const { use } = shape;
  const mounts = new Map<unknown, Mount[]>();
  shape.use = function noted(this: unknown, ...given: readonly unknown[]) {
    const [first, ...rest] = given;
    const hasPath = typeof [first].flat(3)[0] !== "function";
    const paths = hasPath ? [first].flat(3).map(String) : [""];
    const targets = (hasPath ? rest : given).flat(3);
    const own = mounts.get(this) ?? [];
    own.push(...paths.flatMap((path) => targets.map((target) => ({ path, target }))));
    mounts.set(this, own);
    return use.apply(this, given);
  };
  try {
    await build();
  } finally {
    shape.use = use;
  }
  const root = [...mounts.keys()].find((router) =>
    ownRoutes(router).some(({ path }) => path === "/healthz"),
  );
  return routesOf(root, mounts);
}

function routesOf(router: unknown, mounts: ReadonlyMap<unknown, readonly Mount[]>): ExpressRoute[] {
  const mounted = (mounts.get(router) ?? []).flatMap(({ path, target }) => {
    const isEnd = typeof target === "function" && answersByItself.has(target.name);
    const below = isEnd ? [{ method: "ANY", path: "" }] : routesOf(target, mounts);
    return below.map((route) => ({ ...route, path: join(path, route.path) }));
  });
  return [...ownRoutes(router), ...mounted];
}

function ownRoutes(router: unknown): ExpressRoute[] {
  const { stack = [] } = Object(router) as { readonly stack?: readonly Layer[] };
  return stack.flatMap(({ route }) =>
    route === undefined
      ? []
      : [route.path]
          .flat()
          .flatMap((path) =>
            Object.keys(route.methods).map((method) => ({ method: method.toUpperCase(), path })),
          ),
  );
}

function join(mount: string, path: string): string {
  return mount === "/" ? path : `${mount}${path}`;
}
