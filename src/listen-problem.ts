import { errorCode } from "./error-code.ts";

/** Says in words why an address cannot be listened on, and what to do. */
export function listenProblem(
  { host, port }: { readonly host: string; readonly port: number },
  error: unknown,
): string {
  const code = errorCode(error);
  const where = `${host}:${port}`;
  switch (code) {
    case "EADDRINUSE":
      return `${where} is in use by another program; set PORT to a free one, for example PORT=3001`;
    case "EACCES":
      return `${where} may not be used by this user; set PORT to 1024 or above`;
    case "EADDRNOTAVAIL":
      return `HOST ${host} is not an address of this machine`;
    default:
      return `${where} cannot be listened on (${code ?? "unknown reason"})`;
  }
}
