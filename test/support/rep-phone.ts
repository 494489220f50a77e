import axe from "axe-core";
import type {
  Browser,
  BrowserContext,
  BrowserContextOptions,
  CDPSession,
  Page,
} from "playwright-core";
import { listenForComplaints, shotPath } from "./browser.ts";
import type { PushService } from "./push-service.ts";
import { type PushSubscriber, subscribe } from "./push-subscriber.ts";
import { until } from "./until.ts";

const PATIENCE_MS = 10_000;

/** A rep's phone: a real browser of that size, whose push messages come from the push service of the test. */
export interface RepPhone {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser complained about; a refused call is no fault of the page. */
  readonly complaints: readonly string[];
  /** The texts that the bridge sent to this phone, in order. */
  readonly received: readonly string[];
  /** Hands the next message to the page's service worker, waits until that is done with it; returns it. */
  deliver(): Promise<PushMessage>;
  /** Hands this text to the service worker as if the bridge had sent it. */
  deliverText(text: string): Promise<void>;
  /** What the phone shows. */
  shown(): Promise<readonly ShownNotification[]>;
  close(): Promise<void>;
}

/** What the bridge sends. */
export interface PushMessage {
  readonly kind?: string;
  readonly notification?: {
    readonly title: string;
    readonly data: Readonly<Record<string, string | undefined>>;
  };
}

/** A notification as the page can see it. */
export interface ShownNotification {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
  readonly data: Readonly<Record<string, string>>;
}

/** How a phone differs from the usual one. */
export interface PhoneOptions extends BrowserContextOptions {
  readonly service: PushService;
  readonly url: string;
}

/** Opens a phone of 390 by 844 whose owner allows alerts. */
export async function openRepPhone(
  browser: Browser,
  { service, url, ...own }: PhoneOptions,
): Promise<RepPhone> {
  const context = await browser.newContext({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
    locale: "en-US",
    timezoneId: "America/New_York",
    reducedMotion: "reduce",
    userAgent:
      "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36",
    ...own,
  });
  await context.grantPermissions(["notifications", "clipboard-write"], { origin: url });
  const subscriber = subscribe(service);
  await context.addInitScript({ content: fakeSubscriptions(subscriber) + LISTEN });
  // Siro's page is not ours to call.
  await context.route("https://app.siro.ai/**", (route) =>
    route.fulfill({ contentType: "text/html", body: "<title>Siro</title><h1>Siro</h1>" }),
  );
  const page = await context.newPage();
  const complaints = listenForComplaints(page);
  const worker = await workerDoor(context, page);
  let delivered = 0;
  return {
    page,
    context,
    complaints,
    received: subscriber.received,
    deliver: async () => {
      const text = await until(() => subscriber.received[delivered], {
        timeoutMs: PATIENCE_MS,
        what: "a push message",
      });
      delivered += 1;
      await worker.deliver(url, text);
      return JSON.parse(text);
    },
    deliverText: (text) => worker.deliver(url, text),
    shown: () =>
      page.evaluate(`navigator.serviceWorker.getRegistration("/rep")
        .then((registration) => registration.getNotifications())
        .then((all) => all.map(({ title, body, tag, data }) => ({ title, body, tag, data })))`),
    close: () => context.close(),
  };
}

/**
 * Headless Chromium cannot subscribe without its vendor's service: only that step is played.
 *
 * The subscription lives as long as the browser's own would: beyond a reload.
 */
function fakeSubscriptions({ subscription }: PushSubscriber): string {
  return `(() => {
    const made = (key) => ({
      options: { applicationServerKey: Uint8Array.from(JSON.parse(key)).buffer },
      toJSON: () => (${JSON.stringify(subscription)}),
      unsubscribe: async () => { localStorage.removeItem("test.push"); return true; },
    });
    const standing = () => localStorage.getItem("test.push");
    PushManager.prototype.getSubscription = async () => standing() && made(standing());
    PushManager.prototype.subscribe = async ({ applicationServerKey }) => {
      localStorage.setItem("test.push", JSON.stringify([...applicationServerKey]));
      return made(standing());
    };
  })()`;
}

/** Counts what the service worker tells the page about push messages. */
const LISTEN = `;window.heard = 0; navigator.serviceWorker?.addEventListener("message", ({ data }) => {
  window.heard += data.type === "shown" || data.type === "cleared" ? 1 : 0;
});`;

function heardCount(page: Page): Promise<number> {
  return page.evaluate("window.heard");
}

async function workerDoor(context: BrowserContext, page: Page) {
  const session: CDPSession = await context.newCDPSession(page);
  let registrationId: string | undefined;
  session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
    registrationId = registrations.find(({ isDeleted }) => !isDeleted)?.registrationId;
  });
  await session.send("ServiceWorker.enable");
  return {
    deliver: async (origin: string, data: string) => {
      await page.evaluate("navigator.serviceWorker.ready.then(() => true)");
      const id = await until(() => registrationId, {
        timeoutMs: PATIENCE_MS,
        what: "the service worker",
      });
      const before = await heardCount(page);
      await session.send("ServiceWorker.deliverPushMessage", { origin, registrationId: id, data });
      // Asking the browser what it shows while it is about to show it would make it forget that.
      await until(async () => (await heardCount(page)) > before, {
        timeoutMs: PATIENCE_MS,
        what: "the service worker to say what it did",
      });
    },
  };
}

/** What stands in the way of people with other eyes or hands, in words; empty is good. */
export async function findBarriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source);
  const found: axe.AxeResults = await page.evaluate(
    "axe.run(document, { resultTypes: ['violations'] })",
  );
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

/** Looks at the page as it is in every way a rep may see it; leaves a picture of each. */
export async function lookAtAll(page: Page, name: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    found.push(...(await findBarriers(page)).map((barrier) => `${colorScheme}: ${barrier}`));
    await page.screenshot({ path: shotPath(`rep-${name}-${colorScheme}`), fullPage: true });
  }
  await page.emulateMedia({ colorScheme: "light" });
  const usual = page.viewportSize();
  await page.setViewportSize({ width: 320, height: 640 });
  found.push(...(await findOverflow(page)).map((part) => `320 px: ${part}`));
  await page.evaluate("document.documentElement.style.fontSize = '200%'");
  found.push(...(await findOverflow(page)).map((part) => `largest text: ${part}`));
  await page.screenshot({ path: shotPath(`rep-${name}-largest-text`), fullPage: true });
  await page.evaluate("document.documentElement.style.fontSize = ''");
  await page.setViewportSize(usual ?? { width: 390, height: 844 });
  return found;
}

/** What reaches beyond the screen's right edge, and buttons too small for a finger. */
function findOverflow(page: Page): Promise<readonly string[]> {
  return page.evaluate(`(() => {
    const wide = [...document.querySelectorAll("body *")]
      .filter((one) => one.getBoundingClientRect().right > innerWidth + 1 && !one.closest("svg, .unseen"))
      .map((one) => "too wide: " + one.outerHTML.slice(0, 80));
    const small = [...document.querySelectorAll("button, a.button, input, summary, nav a")]
      .filter((one) => one.checkVisibility() && one.getBoundingClientRect().height < 44)
      .map((one) => "too small: " + one.outerHTML.slice(0, 80));
    return [...wide, ...small];
  })()`);
}
