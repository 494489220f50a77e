import { describe, expect, test } from "@jest/globals";
import { isSeen } from "../../src/rep-page/is-seen.ts";

function look(agent: string | undefined, own: { method?: string; purpose?: string } = {}): boolean {
  const headers = new Map([
    ["user-agent", agent],
    ["sec-purpose", own.purpose],
  ]);
  return isSeen({
    method: own.method ?? "GET",
    get: ((name: string) => headers.get(name)) as never,
  });
}

const IPHONE =
  "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1";
const ANDROID =
  "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/138.0.0.0 Mobile Safari/537.36";

describe("isSeen", () => {
  test.each([
    IPHONE,
    ANDROID,
    `${ANDROID.replace("K)", "CUBOT P80)")} SalesforceMobileSDK/12.1`,
    "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    "Mozilla/5.0 (Macintosh) AppleWebKit/537.36 HeadlessChrome/138.0.0.0 Safari/537.36",
    "node",
    "undici",
    "",
    undefined,
  ])("a person, or one that cannot be told from one: %s", (agent) => {
    expect(look(agent)).toBe(true);
  });

  test.each([
    "curl/8.5.0",
    "Wget/1.21.4",
    "python-requests/2.32.3",
    "Python-urllib/3.12",
    "python-httpx/0.27.0",
    "Go-http-client/1.1",
    "Java/17.0.9",
    "Java-http-client/21.0.2",
    "Apache-HttpClient/4.5.14 (Java/11.0.22)",
    "okhttp/4.12.0",
    "axios/1.7.2",
    "Dalvik/2.1.0 (Linux; U; Android 14; Pixel 8 Build/UP1A)",
    "Shortcuts/2700 CFNetwork/1494 Darwin/23.4.0",
    "Microsoft Office/16.0 (Windows NT 10.0; Microsoft Outlook 16.0.17328; Pro)",
    "Mozilla/4.0 (compatible; ms-office; MSOffice rmj)",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 BingPreview/1.0b",
    "Mozilla/5.0 (compatible; Google-Safety; +http://www.google.com/bot.html)",
    "Mozilla/5.0 SafeLinks/1.0",
    "Mozilla/5.0 (compatible; Proofpoint URL Defense)",
    "Mozilla/5.0 (compatible; Barracuda Sentinel (EE))",
    "Mozilla/5.0 (compatible; Mimecast URL Scanner)",
    "Mozilla/5.0 (compatible; SkypeUriPreview Preview/0.5)",
    "facebookexternalhit/1.1",
    "WhatsApp/2.23.20.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
  ])("a program: %s", (agent) => {
    expect(look(agent)).toBe(false);
  });

  test("a look ahead, or by HEAD, is nobody's", () => {
    expect(look(IPHONE, { purpose: "prefetch;prerender" })).toBe(false);
    expect(look(IPHONE, { method: "HEAD" })).toBe(false);
  });
});
