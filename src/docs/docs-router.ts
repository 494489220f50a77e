import { fileURLToPath } from "node:url";
import express, { type NextFunction, type Request, type Response, type Router } from "express";
import helmet from "helmet";

/** Where the pages lie once they are built. */
const SITE_DIR = fileURLToPath(new URL("./site", import.meta.url));

/** Which bridge the documentation belongs to. */
export interface DocsRouterDeps {
  readonly publicUrl: URL;
  /** Where the rendered pages are; beside this code when it is not given. */
  readonly dir?: string;
}

/**
 * Serves the documentation of this very version at `/docs`, to everybody: it holds no secret.
 *
 * Pages are asked about each time and sent again only when they changed; what they load is named by its content and kept.
 */
export function createDocsRouter({ publicUrl, dir = SITE_DIR }: DocsRouterDeps): Router {
  const router = express.Router({ caseSensitive: true });
  router.use("/docs", docsHeaders(publicUrl));
  router.use(
    "/docs/assets",
    express.static(`${dir}/assets`, { index: false, immutable: true, maxAge: "365d" }),
  );
  router.get(["/docs", "/docs/*page"], (request, response, next) => {
    const page = pageOf(request);
    if (page.endsWith(".md")) {
      response.redirect(301, `/docs/${page.slice(0, -".md".length).toLowerCase()}`);
      return;
    }
    sendPage({ dir, page, response, next });
  });
  return router;
}

function pageOf(request: Request): string {
  return request.path.replace(/^\/docs\/?/, "").replace(/\/$/, "") || "index";
}

interface Asked {
  readonly dir: string;
  readonly page: string;
  readonly response: Response;
  readonly next: NextFunction;
}

function sendPage({ dir, page, response, next }: Asked): void {
  const options = { root: dir, headers: { "cache-control": "no-cache" }, cacheControl: false };
  response.sendFile(`${page}.html`, options, (error) => {
    if (error === undefined || response.headersSent) {
      return;
    }
    response.status(404).sendFile("not-found.html", options, (broken) => {
      if (broken !== undefined && !response.headersSent) {
        next();
      }
    });
  });
}

/** Nothing from elsewhere, nothing inline, no script at all. */
function docsHeaders(publicUrl: URL) {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
      },
    },
    strictTransportSecurity: publicUrl.protocol === "https:",
    xFrameOptions: { action: "deny" },
  });
}
