import express, { type RequestHandler, type Router } from "express";
import { pairingCodeOf } from "../books/pairing-book.ts";
import { PAGE_HEADERS } from "./page-headers.ts";

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "worker-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** What all pages for reps share, and the one file that they fetch from there. */
const SHARED_STYLE = { address: "/rep-assets/rep.css", file: "rep.css" };

/** The page itself: its shell, its files and its manifest, from the folder `dir`. Nothing of it is anybody's own. */
export function mountShell(router: Router, dir: string): void {
  router.use(["/rep", SHARED_STYLE.address], shellHeaders);
  router.get(SHARED_STYLE.address, (_request, response) => {
    response.set("cache-control", "no-cache");
    response.sendFile(SHARED_STYLE.file, { root: dir, cacheControl: false });
  });
  router.get(["/rep", "/rep/invite/:token"], (request, response) => {
    // An invite's address holds its token: nothing may keep a copy under it.
    const cached = request.params["token"] === undefined ? "no-cache" : "no-store";
    response.set("cache-control", cached);
    response.sendFile("index.html", { root: dir, cacheControl: false, lastModified: false });
  });
  router.get("/rep/manifest.webmanifest", (request, response) => {
    response
      .set("cache-control", "no-store")
      .type("application/manifest+json")
      .send(JSON.stringify(manifest(request.query["pair"])));
  });
  router.use(
    "/rep",
    express.static(dir, {
      index: false,
      redirect: false,
      cacheControl: false,
      setHeaders: (response, path) => {
        response.setHeader("cache-control", "no-cache");
        if (path.endsWith("/sw.js")) {
          response.setHeader("service-worker-allowed", "/rep");
        }
      },
    }),
  );
}

const shellHeaders: RequestHandler = (_request, response, next) => {
  response.set({ ...PAGE_HEADERS, "content-security-policy": CONTENT_SECURITY_POLICY });
  next();
};

/** With a pairing code the installed app starts signed in: iOS gives it nothing of the browser's session. */
function manifest(pair: unknown) {
  const code = typeof pair === "string" ? pairingCodeOf(pair) : undefined;
  return {
    id: "/rep",
    name: "Siro Bridge",
    short_name: "Siro Bridge",
    description: "Your appointments of today, and the button that starts the recording.",
    lang: "en",
    start_url: code === undefined ? "/rep" : `/rep?pair=${code}`,
    scope: "/rep",
    display: "standalone",
    background_color: "#0e141b",
    theme_color: "#0e141b",
    icons: [
      { src: "/rep/icons/icon.svg", sizes: "any", type: "image/svg+xml" },
      { src: "/rep/icons/icon-192.png", sizes: "192x192", type: "image/png" },
      { src: "/rep/icons/icon-512.png", sizes: "512x512", type: "image/png" },
      {
        src: "/rep/icons/icon-maskable-512.png",
        sizes: "512x512",
        type: "image/png",
        purpose: "maskable",
      },
    ],
  };
}
