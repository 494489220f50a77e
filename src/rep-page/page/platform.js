const AGENT = navigator.userAgent;

/** "ios", "android" or "desktop". An iPad says that it is a Mac, but has fingers on it. */
export function platform() {
  const isIpad = /Macintosh/.test(AGENT) && navigator.maxTouchPoints > 1;
  if (/iPhone|iPad|iPod/.test(AGENT) || isIpad) {
    return "ios";
  }
  return /Android/.test(AGENT) ? "android" : "desktop";
}

/** What a rep would call this device. */
export function deviceName() {
  if (platform() === "ios") {
    return /iPhone|iPod/.test(AGENT) ? "iPhone" : "iPad";
  }
  return platform() === "android" ? "Android phone" : "Computer";
}

/** Whether the page runs as an installed app. */
export function isInstalled() {
  return matchMedia("(display-mode: standalone)").matches || navigator.standalone === true;
}

/** Whether this is the browser inside another app: it can neither install a page nor get alerts. */
export function isInAppBrowser() {
  return /FBAN|FBAV|Instagram|LinkedInApp|Slack|GSA\/|Line\/|Snapchat|; wv\)/.test(AGENT);
}

/** The browser that a rep should open the page in. */
export function properBrowser() {
  return platform() === "ios" ? "Safari" : "Chrome";
}
