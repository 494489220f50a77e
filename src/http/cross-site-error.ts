import { RequestError } from "./request-error.ts";

/** Another site's page asks a signed-in browser to change something. */
export class CrossSiteError extends RequestError {
  override readonly name = "CrossSiteError";
  override readonly code = "CROSS_SITE";
  override readonly retry = "never";
  override readonly status = 403;

  constructor() {
    super("Changes with the session cookie are taken from the bridge's own pages only");
  }
}
