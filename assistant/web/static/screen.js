// A screen of the house: says how large it is, shows what it is sent, and says when that is painted.
import { Consent } from "./consent.js";
import { Countdown } from "./countdown.js";

const here = location.pathname.replace(/\/+$/, "");
const byId = (id) => document.getElementById(id);
const NOTICE_SECONDS = 20;
const SHIFT_SECONDS = 60;
const SHIFTS = [[0, 0], [3, 0], [3, 3], [0, 3], [-3, 3], [-3, 0], [-3, -3], [0, -3], [3, -3]];
let night = null;
let brightness = 100;
let newest = 0;
let fading = 0;
let shift = 0;
// Several pages may show one screen; which of them is looked at says how large it is.
const page = Math.random().toString(36).slice(2);

document.title = decodeURIComponent(here.slice(here.lastIndexOf("/") + 1));

const size = () => [
  Math.round(innerWidth * devicePixelRatio), Math.round(innerHeight * devicePixelRatio),
];

async function tell(item) {
  try {
    await fetch(`${here}/told`, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(item),
    });
  } catch { /* the stream notices, too, and comes back by itself */ }
}

const measure = () => tell({ size: size(), page, seen: !document.hidden });

async function answer(request) {
  try {
    const told = await fetch(`${here}/answer`, {
      method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(request),
    });
    notice((await told.json()).error);
  } catch { notice("The assistant does not answer."); }
}

// A frame later than the next one, the picture is on the glass.
const painted = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

async function show(told) {
  newest = told.number;
  const picture = new Image();
  picture.alt = told.alt;
  picture.src = `${here}/${told.at}`;
  try {
    await picture.decode();
  } catch {
    if (newest === told.number) tell({ failed: told.number });
    return;
  }
  if (newest !== told.number) return;
  await hang(told, picture);
}

async function hang(told, element) {
  countdown.stop();
  byId("stage").replaceChildren(element);
  notice("");
  await painted();
  tell({ painted: told.number });
}

const countdown = new Countdown();

async function count(told) {
  newest = told.number;
  await hang(told, countdown.element(told));
  countdown.start();
}

function notice(text) {
  const place = byId("notice");
  clearTimeout(fading);
  place.textContent = text;
  place.hidden = !text;
  if (text && !text.endsWith("…")) fading = setTimeout(() => { place.hidden = true; }, NOTICE_SECONDS * 1000);
}

const consent = new Consent(byId("consent"), answer);

const DOES = {
  consent: (told) => consent.show(told),
  consent_ended: (told) => consent.hide(told.id),
  hello: (told) => {
    notice(""); // what went on before the stream broke may never end
    const times = told.night.match(/\d+/g);
    night = times && [Number(times[0]) * 60 + Number(times[1]), Number(times[2]) * 60 + Number(times[3])];
    brightness = told.percent;
    tick();
  },
  show,
  count,
  clear: () => { newest = 0; countdown.stop(); byId("stage").replaceChildren(); },
  notice: (told) => notice(told.text),
};

function dark(now) {
  if (!night) return false;
  const minute = now.getHours() * 60 + now.getMinutes();
  const [from, to] = night;
  return from <= to ? minute >= from && minute < to : minute >= from || minute < to;
}

function tick() {
  const now = new Date();
  const parts = new Intl.DateTimeFormat([], { hour: "numeric", minute: "2-digit" }).formatToParts(now);
  const told = Object.fromEntries(parts.map((part) => [part.type, part.value]));
  byId("clock").textContent = `${told.hour}:${told.minute}`;
  byId("night").style.opacity = dark(now) ? 1 - brightness / 100 : 0;
}

// The same edges at the same place for weeks burn into a panel.
setInterval(() => {
  shift = (shift + 1) % SHIFTS.length;
  const [x, y] = SHIFTS[shift];
  for (const id of ["stage", "clock"]) byId(id).style.transform = `translate(${x}px, ${y}px)`;
}, SHIFT_SECONDS * 1000);
setInterval(tick, 5000);
tick();

async function stayAwake() {
  try { await navigator.wakeLock?.request("screen"); } catch { /* only where the browser allows it */ }
}
document.addEventListener("visibilitychange", () => {
  measure();
  if (!document.hidden) stayAwake();
});
stayAwake();

let resizing = 0;
addEventListener("resize", () => {
  clearTimeout(resizing);
  resizing = setTimeout(measure, 200);
});

const events = new EventSource(
  `${here}/events?size=${size().join("x")}&page=${page}&seen=${!document.hidden}`,
);
// It may have been turned or hidden since it was opened first.
events.addEventListener("open", measure);
events.addEventListener("message", (message) => {
  const told = JSON.parse(message.data);
  DOES[told.do]?.(told);
});
// The browser tries again by itself, except when it was told that it may not.
events.addEventListener("error", () => {
  if (events.readyState !== EventSource.CLOSED) return;
  DOES.clear();
  notice("The assistant does not let this screen in …");
});
