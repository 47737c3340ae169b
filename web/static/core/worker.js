// What the site still shows without a connection: a page that says so, and the list of favourites as it was last opened
// (core/favourites.js lays it down). Nothing else is kept: no search, no fiche, no page behind a sign-in, no answer of the
// API. Everything works the same where there is no such worker.
// web/core/offline.py writes `SITE` before this: {version, files, page}, the newest files of the shell and the page's address.
"use strict";

const SHELL = "ribambelle-" + SITE.version;
const FAVOURITES = "ribambelle.favoris";
const KEPT = "/favoris";

self.addEventListener("install", (event) => event.waitUntil(install()));
self.addEventListener("activate", (event) => event.waitUntil(activate()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (request.mode === "navigate" && request.destination === "document") event.respondWith(visit(event));
  else if (SITE.files.includes(pathname)) event.respondWith(file(request));
});

// The page without cookies: it is nobody's.
async function install() {
  const shell = await caches.open(SHELL);
  await shell.addAll([...SITE.files, new Request(SITE.page, { credentials: "omit", cache: "reload" })]);
  await self.skipWaiting();
}

async function activate() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== SHELL && name !== FAVOURITES).map((name) => caches.delete(name)));
  if (self.registration.navigationPreload) await self.registration.navigationPreload.enable();
  await self.clients.claim();
}

async function file(request) {
  const shell = await caches.open(SHELL);
  return (await shell.match(request, { ignoreVary: true })) || fetch(request);
}

// What the network answers, whatever it is; ours only where there is none.
async function visit(event) {
  try {
    const begun = await event.preloadResponse;
    if (begun) return begun;
  } catch {
    // The same page may still be in the browser's own cache, as for Back.
  }
  try {
    return await fetch(event.request);
  } catch (error) {
    return (await offline(event.request.url)) || Promise.reject(error);
  }
}

async function offline(address) {
  const kept = await (await caches.open(FAVOURITES)).match(KEPT, { ignoreVary: true });
  if (kept && new URL(address).pathname === KEPT && isThis(address, kept)) return told(kept, 200, "");
  const page = await (await caches.open(SHELL)).match(SITE.page, { ignoreVary: true });
  return page && told(page, 503, kept ? " data-kept" : "");
}

// The list that was laid down, under its own address or under none: not one that somebody else has sent.
function isThis(address, kept) {
  const ids = (of) => new URL(of, self.location.origin).searchParams.getAll("offre").sort().join(" ");
  return !ids(address) || ids(address) === ids(kept.url);
}

// The same page, which knows that it is read without a connection, and whose files are those of this version: the list may
// have been laid down under an older one. Its headers stay, and so does the policy of what may run in it.
async function told(page, status, more) {
  const html = (await page.text())
    .replace("<html ", `<html data-offline${more} `)
    .replace(/\/static\/[0-9a-f]{12}\//g, `/static/${SITE.version}/`);
  const headers = new Headers(page.headers);
  for (const name of ["Content-Encoding", "Content-Length"]) headers.delete(name);
  return new Response(html, { status, headers });
}
