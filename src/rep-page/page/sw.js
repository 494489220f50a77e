/*
 * Shows alerts, tells the bridge that it did, and keeps the page for when there is no network.
 *
 * The cache's name changes with every file in it, and a test sees to that: a phone then takes all of the new
 * page or none of it.
 */
const CACHE = "siro-bridge-75f6b553";
const SHELL = "/rep";
const FILES = [
  SHELL,
  "/rep-assets/rep.css",
  "/rep/app.css",
  "/rep/parts.css",
  "/rep/setup.css",
  "/rep/calls.js",
  "/rep/app.js",
  "/rep/device-card.js",
  "/rep/devices.js",
  "/rep/dom.js",
  "/rep/extras.js",
  "/rep/feed.js",
  "/rep/hero.js",
  "/rep/icon-paths.js",
  "/rep/install.js",
  "/rep/kept.js",
  "/rep/moments.js",
  "/rep/notice.js",
  "/rep/pictures.js",
  "/rep/platform.js",
  "/rep/push.js",
  "/rep/setup-parts.js",
  "/rep/setup.js",
  "/rep/today.js",
  "/rep/welcome.js",
  "/rep/icons/icon.svg",
  "/rep/icons/icon-192.png",
];
const ICON = "/rep/icons/icon-192.png";
const BUTTONS = {
  start: "Start recording",
  stop: "Stop recording",
  restart: "Start next recording",
};
const UNREADABLE = { title: "Siro Bridge", body: "Open the app to see what is due." };

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));
self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method === "GET" && url.origin === location.origin && isKept(url.pathname)) {
    event.respondWith(answer(event.request, url.pathname));
  }
});
self.addEventListener("push", (event) => event.waitUntil(receive(readMessage(event.data))));
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  if (event.action !== "later") {
    event.waitUntil(open(event.notification.data ?? {}));
  }
});
self.addEventListener("pushsubscriptionchange", (event) => event.waitUntil(renew(event)));

async function install() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" })));
  await self.skipWaiting();
}

async function activate() {
  for (const name of await caches.keys()) {
    if (name !== CACHE) {
      await caches.delete(name);
    }
  }
  await self.clients.claim();
}

/** Only the page itself: never a call, never `/go`, never signing in. */
function isKept(path) {
  return FILES.includes(path) || path === "/rep/" || path.startsWith("/rep/invite/");
}

async function answer(request, path) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(FILES.includes(path) ? path : SHELL);
  return kept ?? fetch(request);
}

function readMessage(data) {
  try {
    return data?.json() ?? {};
  } catch {
    return {};
  }
}

/** One after the other: what is shown and what is taken back must not overtake each other. */
let latest = Promise.resolve();
function inTurn(work) {
  latest = latest.then(work, work);
  return latest;
}

async function receive({ kind, tag, notification = UNREADABLE }) {
  if (kind === "clear") {
    await inTurn(() => clear(tag));
    await tellPages({ type: "cleared", tag });
    return;
  }
  const { data = {} } = notification;
  await inTurn(() => show(notification, data));
  await Promise.all([
    tellPages({ type: "shown", kind: data.kind, promptId: data.promptId, atMs: Date.now() }),
    acknowledge(data.ackUrl),
  ]);
}

function show({ title = UNREADABLE.title, body, tag, lang = "en" }, data) {
  return self.registration.showNotification(title, {
    body,
    icon: ICON,
    badge: "/rep/icons/badge-96.png",
    lang,
    data,
    // Without a tag there is nothing to replace, and browsers refuse to renotify.
    ...(tag === undefined ? {} : { tag, renotify: true }),
    ...(data.kind === "due" ? { requireInteraction: true, actions: buttonsOf(data) } : {}),
  });
}

function buttonsOf({ action }) {
  return [
    { action: "open", title: BUTTONS[action] ?? BUTTONS.start },
    { action: "later", title: "Not now" },
  ];
}

async function clear(tag) {
  for (const notification of await self.registration.getNotifications({ tag })) {
    notification.close();
  }
}

/** Says that the device showed it. That it cannot be said now is no reason to break. */
async function acknowledge(ackUrl) {
  const path = ownPath(ackUrl);
  if (path !== undefined) {
    await fetch(path, { method: "POST", credentials: "omit" }).catch(() => undefined);
  }
}

/** The page that is open comes to the front and shows the button; else the prompt's own page opens. */
async function open(data) {
  const pages = await pagesOfReps();
  if (pages.length === 0) {
    await self.clients.openWindow(ownPath(data.openUrl) ?? SHELL);
    return;
  }
  // Focus first: whatever else is done before uses up the tap, and then nothing comes to the front.
  const page = await pages[0].focus().catch(() => pages[0]);
  page.postMessage({ type: "tapped", ...data });
}

async function tellPages(message) {
  for (const page of await pagesOfReps()) {
    page.postMessage(message);
  }
}

async function pagesOfReps() {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  return windows.filter(({ url }) => /^\/rep(\/invite\/.*)?\/?$/.test(new URL(url).pathname));
}

/** An address on the bridge; another one is not ours to call or to open. */
function ownPath(address) {
  try {
    const { pathname } = new URL(address, location.origin);
    return pathname;
  } catch {
    return undefined;
  }
}

/** The browser changed this device's address: the bridge must hear of it. */
async function renew({ oldSubscription, newSubscription }) {
  const { vapidPublicKey } = await callJson("/rep/api/me");
  const applicationServerKey =
    oldSubscription?.options.applicationServerKey ?? bytesOf(vapidPublicKey);
  const subscription =
    newSubscription ??
    (await self.registration.pushManager.subscribe({
      userVisibleOnly: true,
      applicationServerKey,
    }));
  const { endpoint, keys } = subscription.toJSON();
  await callJson("/rep/api/devices", { channel: "web-push", address: { endpoint, keys } });
  await tellPages({ type: "renewed" });
}

async function callJson(path, body) {
  const init = {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  };
  const response = await fetch(path, body === undefined ? {} : init);
  if (!response.ok) {
    throw new Error(`${path} answered ${response.status}`);
  }
  return response.json();
}

function bytesOf(key) {
  const text = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
