/** A browser of one site: it keeps cookies by name and path, follows nothing, and shows what was set. */
export function createBrowser(siteUrl: string) {
  const jar = new Map<string, { readonly value: string; readonly path: string }>();
  return {
    jar,
    get: async (address: string): Promise<Response> => {
      const url = new URL(address, siteUrl);
      const cookies = [...jar].filter(([, { path }]) => url.pathname.startsWith(path));
      const response = await fetch(url, {
        redirect: "manual",
        headers:
          url.origin === new URL(siteUrl).origin
            ? { cookie: cookies.map(([name, { value }]) => `${name}=${value}`).join("; ") }
            : {},
      });
      for (const line of response.headers.getSetCookie()) {
        const [pair = "", ...attributes] = line.split("; ");
        const [name = "", value = ""] = pair.split("=");
        const path = attributes.find((one) => one.startsWith("Path="))?.slice("Path=".length);
        jar.set(name, { value, path: path ?? "/" });
      }
      return response;
    },
  };
}
