import type { BrowserContext, Page } from "playwright-core";

/** Markup that would mark the page and run, in the ways that a page may be led to take text for more than text. */
const MARKUP = `"'><img src=x data-planted onerror=planted=1></script><svg data-planted onload=planted=1>`;
/** What follows where a field has room: templates, other contexts, text that runs backwards, and a NUL. */
const MORE = [
  "</title></textarea></style><script data-planted>planted=1</script>",
  '<a data-planted href="javascript:planted=1">x</a> javascript:planted=1',
  `{{constructor.constructor("planted=1")()}} \${planted=1} ';planted=1//`,
  "\u202edetnalp\u202c \u2028 \u0000 &lt;b data-planted&gt; %3Cb%20data-planted%3E",
].join(" ");

/** What a page did with planted text; nothing of it may happen. */
export interface Harm {
  /** Whether a script of it ran. */
  readonly hasRun: boolean;
  /** Elements that were made of it, ever since the page was opened. */
  readonly grown: readonly string[];
  /** Addresses that would run something when they are followed. */
  readonly addresses: readonly string[];
  /** What the page's policy had to stop. */
  readonly stopped: readonly string[];
}

/** A page on which planted text stayed text. */
export const harmless: Harm = { hasRun: false, grown: [], addresses: [], stopped: [] };

/** Text that is more than text where a page forgets to escape it; the name says in which field it was. */
export function planted(name: string, most = 0): string {
  const text = `${name}${MARKUP}`;
  return most > text.length ? `${text} ${MORE}`.slice(0, most) : text;
}

/** Watches every page of a browser from its first moment on. */
export async function watchForHarm(context: BrowserContext): Promise<void> {
  await context.addInitScript({ content: WATCH });
  context.on("page", (page) => page.on("dialog", (dialog) => dialog.dismiss()));
}

/** What came of planted text on the page as it is now. */
export function findHarm(page: Page): Promise<Harm> {
  return page.evaluate(`({
    hasRun: window.planted !== undefined,
    grown: window.grownOfPlanted,
    addresses: [...document.querySelectorAll("[href], [src], [action], [formaction]")]
      .flatMap((one) => ["href", "src", "action", "formaction"].map((name) => one.getAttribute(name)))
      .filter((address) => /^\\s*(javascript|vbscript|data:text)/i.test(address ?? "")),
    stopped: window.stoppedByPolicy,
  })`);
}

const WATCH = `(() => {
  window.grownOfPlanted = [];
  window.stoppedByPolicy = [];
  addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) => {
    window.stoppedByPolicy.push(violatedDirective + " " + blockedURI);
  });
  const note = (one) => window.grownOfPlanted.push(one.outerHTML.slice(0, 200));
  new MutationObserver((changes) => {
    for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes])) {
      if (node.nodeType === Node.ELEMENT_NODE) {
        [node, ...node.querySelectorAll("*")].filter((one) => one.hasAttribute("data-planted")).forEach(note);
      }
    }
  }).observe(document, { childList: true, subtree: true });
})()`;
