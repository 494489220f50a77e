import { z } from "zod";

/** The address of a service that the bridge calls. Plain http is for stubs on this machine only. */
export const serviceUrlSchema = z
  .url()
  .refine(isHttpsOrLoopback, "must be https (http only for 127.0.0.1 and localhost)");

function isHttpsOrLoopback(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "http:") {
    return url.hostname === "127.0.0.1" || url.hostname === "localhost";
  }
  return url?.protocol === "https:";
}
