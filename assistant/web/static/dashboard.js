// The dashboard: what the house is and does, as it happens. Everything it shows is text: names come from anywhere.
import { Consent } from "./consent.js";

const byId = (id) => document.getElementById(id);
const LONGEST_TALK = 60;
const home = { devices: new Map(), rooms: [], room: {}, phase: { phase: "offline", room: "" } };

async function ask(request) {
  try {
    const answer = await fetch("do", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
    });
    const told = await answer.json();
    if (told.error) note("problem", told.error);
    return told.ok;
  } catch {
    trouble("The assistant does not answer. Is it running?");
    return false;
  }
}

function note(kind, text) {
  const line = document.createElement("li");
  line.className = kind;
  line.textContent = text;
  const said = byId("said");
  said.append(line);
  while (said.children.length > LONGEST_TALK) said.firstChild.remove();
  said.scrollTop = said.scrollHeight;
}

function trouble(text) {
  const place = byId("trouble");
  place.textContent = text;
  place.hidden = !text;
}

function phase(name, room = "") {
  home.phase = { phase: name, room };
  const place = byId("phase");
  place.dataset.phase = name;
  const where = home.rooms.length > 1 && room && name !== "idle" ? ` in the ${room}` : "";
  place.textContent = home.room.muted && name === "idle" ? "muted" : name + where;
}

// The buttons are those of one room; where there is only one, nobody has to choose it.
function choose(rooms) {
  const list = byId("room");
  const names = rooms.map((room) => room.room);
  if (names.join("\n") !== home.rooms.map((room) => room.room).join("\n")) {
    list.replaceChildren(...names.map((name) => new Option(name, name)));
  }
  home.rooms = rooms;
  home.room = rooms.find((room) => room.room === list.value) || rooms[0];
  byId("where").hidden = rooms.length < 2;
  byId("mute").setAttribute("aria-pressed", String(home.room.muted));
  byId("push").disabled = !home.room.microphone;
}

function words(device) {
  if (device.available === false) return "offline";
  const told = Object.entries(device.state).map(([key, value]) => {
    const name = key.replaceAll("_", " ");
    if (key === "on") return value ? "on" : "off";
    return typeof value === "boolean" ? `${value ? "" : "not "}${name}` : `${name} ${value}`;
  });
  return told.join(", ") || "has not reported yet";
}

function card(device) {
  const box = document.createElement("div");
  const is = device.state.on === true || device.state.playing === true;
  box.className = `device${is ? " on" : ""}${device.available === false ? " away" : ""}`;
  const name = document.createElement("p");
  name.className = "name";
  name.textContent = device.name;
  const state = document.createElement("p");
  state.textContent = words(device);
  box.append(name, state);
  if (device.tools.includes("turn_on") && device.tools.includes("turn_off")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = is ? "Turn off" : "Turn on";
    button.setAttribute("aria-label", `${button.textContent}: ${device.name}`);
    button.addEventListener("click", () => set(device, "on", is ? "off" : "on"));
    box.append(button);
  }
  for (const [key, label] of [["brightness", "Brightness"], ["position", "Position"], ["volume", "Volume"]]) {
    if (typeof device.state[key] !== "number" || !device.settable.includes(key)) continue;
    const range = document.createElement("input");
    range.type = "range";
    range.min = 0;
    range.max = 100;
    range.value = device.state[key];
    range.setAttribute("aria-label", `${label}: ${device.name}`);
    range.addEventListener("change", () => set(device, key, range.value));
    box.append(range);
  }
  return box;
}

const set = (device, property, value) => ask({ do: "set", device: device.name, property, value: String(value) });

function draw() {
  const byArea = Map.groupBy ? Map.groupBy(home.devices.values(), (device) => device.area || "elsewhere") : grouped();
  const areas = [...byArea].sort(([one], [other]) => one.localeCompare(other));
  const held = document.activeElement?.getAttribute("aria-label");
  byId("areas").replaceChildren(...areas.flatMap(([area, devices]) => {
    const heading = document.createElement("h3");
    heading.textContent = area;
    const list = document.createElement("div");
    list.className = "devices";
    list.append(...devices.map(card));
    return [heading, list];
  }));
  if (held) document.querySelector(`#areas [aria-label="${CSS.escape(held)}"]`)?.focus();
}

function grouped() {
  const found = new Map();
  for (const device of home.devices.values()) {
    const area = device.area || "elsewhere";
    found.set(area, [...(found.get(area) || []), device]);
  }
  return found;
}

async function load() {
  const told = await (await fetch("home")).json();
  home.devices = new Map(told.devices.map((device) => [device.name, device]));
  choose(told.rooms);
  const cost = told.cost_today ? ` · ${told.cost_today.toFixed(2)} dollars today` : "";
  byId("about").textContent = `${told.devices.length} devices · ${told.brain || "no"} brain${cost}`;
  const talking = told.rooms.find((room) => room.phase !== "idle");
  phase(told.phase, talking ? talking.room : "");
  trouble(Object.values(told.troubles).join(" · "));
  if (told.consent) consent.show(told.consent);
  draw();
}

let soon = 0;
const loadSoon = () => { soon ||= setTimeout(() => { soon = 0; load().catch(() => {}); }, 300); };

const consent = new Consent(byId("consent"), ask);

const HAPPENED = {
  consent: (told) => { consent.show(told); note("assistant", told.text); },
  consent_ended: (told) => consent.hide(told.id),
  heard: (told) => note("user", told.text),
  spoke: (told) => note("assistant", told.text),
  command: (told) => note("command", `${told.device} ← ${told.payload}`),
  error: (told) => note("problem", told.text),
  online: loadSoon,
  offline: loadSoon,
  phase: (told) => { phase(told.phase, told.room); },
  room_changed: loadSoon,
  state: loadSoon,
  report: loadSoon,
};

const events = new EventSource("events");
events.addEventListener("message", (message) => {
  const told = JSON.parse(message.data);
  HAPPENED[told.event]?.(told);
});
events.addEventListener("open", () => load().catch(() => {}));
events.addEventListener("error", () => { phase("offline"); });

byId("say").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("words").value.trim();
  if (text) ask({ do: "say", text, room: home.room.room || "" });
  byId("words").value = "";
});
byId("send").addEventListener("submit", async (event) => {
  event.preventDefault();
  const [file] = byId("photo").files;
  if (!file) return;
  try {
    const answer = await fetch("photo", { method: "POST", headers: { "content-type": file.type }, body: file });
    const text = await answer.text();
    const told = answer.headers.get("content-type")?.startsWith("application/json") ? JSON.parse(text) : { error: text };
    note(told.ok ? "assistant" : "problem", told.ok ? told.text : told.error);
    if (told.ok) byId("send").reset();
  } catch {
    trouble("The photo could not be sent. Is the assistant running?");
  }
});
byId("push").addEventListener("click", () => ask({ do: "room", what: "push", room: home.room.room }));
byId("stop").addEventListener("click", () => ask({ do: "room", what: "stop", room: home.room.room }));
byId("mute").addEventListener("click", () => (
  ask({ do: "room", what: home.room.muted ? "unmute" : "mute", room: home.room.room })
));
byId("room").addEventListener("change", () => {
  choose(home.rooms);
  phase(home.phase.phase, home.phase.room);
});
