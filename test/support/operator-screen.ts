import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { listenForComplaints, shotPath } from "./browser.ts";
import { findBarriers } from "./rep-phone.ts";

/** The operators' password of a test's bridge. */
const OPERATOR_PASSWORD = "an-invented-password";

/** Less than a test has, so that a failure names what was waited for. */
const PATIENCE_MS = 20_000;
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };
/** The narrowest screen on which nothing may be cut off. */
const NARROWEST = { width: 360, height: 740 };

/** An operator in front of a real browser. */
export interface OperatorScreen {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser complained about; a refused call is no fault of the page. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

/** Opens a screen of desktop size whose owner sits in New York. */
export async function openOperatorScreen(
  browser: Browser,
  own: BrowserContextOptions = {},
): Promise<OperatorScreen> {
  const context = await browser.newContext({
    viewport: DESKTOP,
    locale: "en-US",
    timezoneId: "America/New_York",
    reducedMotion: "reduce",
    ...own,
  });
  context.setDefaultTimeout(PATIENCE_MS);
  const page = await context.newPage();
  return { page, context, complaints: listenForComplaints(page), close: () => context.close() };
}

/** Signs in by the form, as the first admin unless it is said who; afterwards the page that was asked for is there. */
export async function signInAt(
  page: Page,
  address: string,
  { user, password }: { readonly user?: string; readonly password: string } = {
    password: OPERATOR_PASSWORD,
  },
): Promise<void> {
  await page.goto(address);
  if (user !== undefined) {
    await page.getByLabel("User name").fill(user);
  }
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation", { name: "Pages" }).waitFor();
}

/** Looks at the page as it is on both screens in both themes; leaves a picture of each, returns what is wrong. */
export async function lookAtScreens(page: Page, name: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const [screen, size] of Object.entries({ desktop: DESKTOP, phone: PHONE })) {
    await page.setViewportSize(size);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      found.push(
        ...(await findBarriers(page)).map((barrier) => `${screen} ${colorScheme}: ${barrier}`),
      );
      const path = shotPath(`operators-${name}-${screen}-${colorScheme}`);
      await shootWhole(page, path, size);
    }
  }
  await page.setViewportSize(NARROWEST);
  found.push(...(await findOverflow(page)));
  await page.emulateMedia({ colorScheme: "light" });
  await page.setViewportSize(DESKTOP);
  return found;
}

/** On a screen as high as the page, so that what sticks to an edge stands at the edge of the picture. */
async function shootWhole(
  page: Page,
  path: string,
  size: { readonly width: number; readonly height: number },
): Promise<void> {
  const whole: number = await page.evaluate("document.documentElement.scrollHeight");
  await page.setViewportSize({ ...size, height: Math.max(size.height, whole) });
  await page.screenshot({ path });
  await page.setViewportSize(size);
}

/** What reaches beyond the right edge of a narrow screen, outside of what scrolls by itself. */
function findOverflow(page: Page): Promise<readonly string[]> {
  return page.evaluate(`[...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
    .filter((one) => !one.closest(".scroll, .segments, .unseen, .skip, svg"))
    .map((one) => "too wide: " + one.outerHTML.slice(0, 100))`);
}
