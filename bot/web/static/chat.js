// The page looks again whenever something changed, keeps the focus where it was, and never loses what was typed.
import { palette } from "./palette.js";

const body = document.body;
const base = body.dataset.base;
const view = body.dataset.view;
const $ = (selector, within = document) => within.querySelector(selector);
const $$ = (selector, within = document) => [...within.querySelectorAll(selector)];
const drawer = $("#drawer");
const ask = $("#ask");
const PART = "x-upbeat-part";

// Words for who cannot see ------------------------------------------------------------------------------------------

let quiet;
function announce(words) {
  const form = drawer.open && $("form", drawer);
  if (form) return showProblem(form, words); // what is outside of an open form is covered, and silent
  const status = $("#status");
  status.textContent = words;
  status.classList.add("shown");
  clearTimeout(quiet);
  quiet = setTimeout(() => { status.classList.remove("shown"); status.textContent = ""; }, 5000);
}

// Looking again -----------------------------------------------------------------------------------------------------

function keyOf(element) {
  if (!element || element === document.body) return null;
  const within = element.closest("[id]");
  return { id: element.id, within: within?.id, key: element.dataset?.key, words: element.textContent?.trim() };
}

function focusAgain(was) {
  if (!was || (document.activeElement && document.activeElement !== document.body)) return;
  const within = was.within && document.getElementById(was.within);
  const same = (was.id && document.getElementById(was.id))
    || (was.key && $$("[data-key]").find((one) => one.dataset.key === was.key && one.checkVisibility()))
    || (within && $$("button, a, summary", within).find((one) => one.textContent.trim() === was.words && one.checkVisibility()))
    || (within && within.tabIndex >= -1 ? within : null);
  same?.focus({ preventScroll: true });
}

// Children that say the same stay as they are: with their focus, their open menus, and without being read out again.
// Returns the first child that was not there before.
function morph(old, fresh) {
  let news = null;
  const wanted = [...fresh.children].filter((one) => one.id);
  const ids = new Set(wanted.map((one) => one.id));
  for (const one of [...old.children]) if (!ids.has(one.id)) one.remove();
  let at = old.firstElementChild;
  for (const one of wanted) {
    const before = document.getElementById(one.id);
    if (before && before.parentElement === old) {
      if (before !== at) old.insertBefore(before, at);
      if (before.dataset.mark !== one.dataset.mark) replace(before, one);
      at = (before.isConnected ? before : one).nextElementSibling;
    } else {
      old.insertBefore(one, at);
      news ??= one;
    }
  }
  return news;
}

let revealed = {};

// All that is new, or its beginning where it is taller than the window.
function reveal(first) {
  const scroll = $("#scroll");
  scroll.scrollTop = scroll.scrollHeight;
  const above = first ? first.getBoundingClientRect().top - scroll.getBoundingClientRect().top : 0;
  if (above < 0) scroll.scrollTop += above - 8;
  revealed = { first, at: scroll.scrollTop };
}

// A picture takes its room once it is here: what is new is then shown again, unless somebody has scrolled meanwhile.
document.addEventListener("load", (event) => {
  const isOurs = event.target.matches?.("#messages .picture img") && revealed.first?.isConnected;
  if (isOurs && $("#scroll").scrollTop === revealed.at) reveal(revealed.first);
}, true);

let spoken = document.documentElement.lang, sending = 0;

// What stands around the messages is not drawn again. In another language the page begins anew, once nothing typed is lost.
function speak() {
  const isHeld = drawer.open || sending || unsaved.length || $("#words")?.value;
  if (spoken !== document.documentElement.lang && !isHeld) location.reload();
}

// What somebody has unfolded stays so, also when others act on the same message.
function replace(before, one) {
  const unfolded = $$("details", before).map((it) => it.open);
  $$("details", one).forEach((it, n) => { it.open = unfolded[n] ?? false; });
  before.replaceWith(one);
}

function apply(html, mine = false) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const was = keyOf(document.activeElement);
  if (fresh.title) document.title = fresh.title;
  renewRail($(".rail"), $(".rail", fresh));
  const scroll = $("#scroll");
  const atEnd = scroll && scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < 120;
  const messages = $("#messages"), news = $("#messages", fresh);
  const first = messages && news && morph(messages, news);
  const home = $("#home"), newHome = $("#home", fresh);
  if (home && newHome && home.dataset.mark !== newHome.dataset.mark) home.replaceWith(newHome);
  if (first && (mine || atEnd)) reveal(first);
  focusAgain(was);
  spoken = $(".rail", fresh)?.lang || spoken;
  speak();
  return fresh;
}

function renewRail(rail, fresh) {
  if (!rail || !fresh || rail.dataset.html === fresh.innerHTML) return;
  const [open, filter] = [$$("details[open]", rail).map((one) => one.className), $("input", rail)?.value];
  const { scrollTop, scrollLeft } = $("nav", rail);
  if (rail.contains(document.activeElement) && open.includes("switch")) return; // somebody is choosing
  rail.dataset.html = fresh.innerHTML;
  rail.innerHTML = fresh.innerHTML;
  for (const one of $$("details", rail)) if (open.includes(one.className)) one.open = true;
  if (filter) $("input", rail).value = filter;
  Object.assign($("nav", rail), { scrollTop, scrollLeft });
}

let looking = null, again = false;
async function look() {
  if (looking) { again = true; return; }
  looking = fetch(location.href, { headers: { [PART]: document.hidden ? "unseen" : "seen" } });
  try {
    const response = await looking;
    if (response.ok) apply(await response.text());
  } catch { /* the stream says when it is worth trying again */ }
  looking = null;
  if (again) { again = false; look(); }
}

let soon, lost;
function listen() {
  const stream = new EventSource(`${base}/events`);
  stream.addEventListener("changed", () => { clearTimeout(soon); soon = setTimeout(look, 40); });
  stream.addEventListener("open", () => {
    clearTimeout(lost);
    lost = null;
    $("#lost").hidden = true;
    keepUnsaved();
  });
  stream.addEventListener("error", () => {
    lost ??= setTimeout(() => { $("#lost").hidden = false; }, 2000);
    if (stream.readyState === EventSource.CLOSED) setTimeout(listen, 3000); // it was refused: the browser gives up, we do not
  });
}
listen();
document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });

// Doing something ---------------------------------------------------------------------------------------------------

async function post(deed, fields, source) {
  const data = fields instanceof FormData ? fields : new FormData();
  if (!(fields instanceof FormData)) for (const [name, value] of Object.entries(fields)) data.append(name, value ?? "");
  data.set("view", view);
  data.set("most", new URLSearchParams(location.search).get("most") ?? "");
  data.set("key", crypto.randomUUID());
  source?.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(`${base}/${deed}`, { method: "POST", body: data, headers: { accept: "text/html" } });
    const html = await response.text();
    if (!response.ok) {
      const page = new DOMParser().parseFromString(html, "text/html");
      announce([...page.querySelectorAll("main h1, main p:not(:has(a))")].map((one) => one.textContent).join(" ") || body.dataset.offline);
      return null;
    }
    const fresh = apply(html, deed !== "react");
    showDrawer($("#drawer-content", fresh), source);
    return fresh;
  } catch {
    announce(body.dataset.offline);
    return undefined; // where null is a refusal, this is worth another try
  } finally {
    source?.removeAttribute("aria-busy");
  }
}

function sure(words) {
  $("#ask-words").textContent = words;
  ask.showModal();
  return new Promise((done) => {
    const finish = (event) => {
      const answer = event.type === "close" ? "no" : event.target.closest("[data-answer]")?.dataset.answer;
      if (!answer) return;
      ask.removeEventListener("click", finish);
      ask.removeEventListener("close", finish);
      if (ask.open) ask.close();
      done(answer === "yes");
    };
    ask.addEventListener("click", finish);
    ask.addEventListener("close", finish);
  });
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-post]");
  if (!button || button.getAttribute("aria-busy")) return;
  const { post: deed, confirm, ...fields } = button.dataset;
  if (confirm && !(await sure(confirm))) return;
  button.closest("details:is(.add, .menu)")?.removeAttribute("open");
  delete fields.key;
  await post(deed, fields, button);
});

// Pictures that can be pointed at: the script that draws them is fetched only then ------------------------------------------

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-interactive]");
  if (!button || button.getAttribute("aria-busy")) return;
  const figure = button.closest("[data-chart]");
  button.setAttribute("aria-busy", "true");
  try {
    const [response] = await Promise.all([fetch(figure.dataset.chart), import("/charts.js")]);
    const place = Object.assign(document.createElement("div"), { className: "chart" });
    const picture = $("img", figure);
    await window.upbeatChart(place, await response.json(), picture.alt);
    picture.closest("a").replaceWith(place);
    button.remove();
  } catch {
    announce(body.dataset.notDrawn);
    button.removeAttribute("aria-busy");
  }
});

// The drawer: forms, and answers where no talk is ---------------------------------------------------------------------

let opener = null, asOpened = "";
const written = (form) => form ? JSON.stringify([...new FormData(form)]) : "";
function showDrawer(content, source) {
  if (!content) return;
  if (!drawer.open) opener = keyOf(source ?? document.activeElement);
  drawer.replaceChildren(content.content.cloneNode(true));
  if (!drawer.open) asOpened = written($("form", drawer));
  if (!drawer.open) drawer.showModal();
  const first = $('[aria-invalid="true"], .wrong input', drawer)
    ?? $$(".questions :is(input:not([type=hidden]), textarea, select)", drawer).find((one) => !isAnswered(one)) ?? $("#drawer-title", drawer);
  first.focus();
  if (first.matches("textarea, [type=text]")) first.setSelectionRange(first.value.length, first.value.length);
  for (const one of $$("[data-longest]", drawer)) count(one);
}

// One whose colleague is picked already: a second name would only take the place of the first.
function isAnswered(field) {
  const box = field.closest("[data-colleagues]");
  return box?.dataset.most === "1" && $(".picked", box) !== null;
}

function closeDrawer() {
  if (drawer.open) drawer.close();
}

// A form in which nothing was changed keeps nothing: another page may have kept more of it meanwhile.
function leftOpen() {
  const form = $("form", drawer);
  if (!form || form.dataset.sent || written(form) === asOpened) return null;
  const fields = new FormData(form);
  fields.set("closed", "1");
  return fields;
}

const unsaved = []; // closed while nobody answered
function keepUnsaved() {
  for (const fields of unsaved.splice(0)) keep(fields);
}
addEventListener("online", keepUnsaved);

async function keep(fields) {
  const done = await post("form", fields);
  if (done) announce(body.dataset.kept);
  if (done === undefined) unsaved.push(fields);
}

drawer.addEventListener("close", () => {
  const fields = leftOpen();
  drawer.replaceChildren();
  focusAgain(opener);
  if (document.activeElement === document.body) ($("#words") ?? $("#middle")).focus();
  if (fields) keep(fields);
  else speak();
});

// The page goes away with an open form: its draft is kept all the same.
addEventListener("pagehide", () => {
  const fields = drawer.open && leftOpen();
  if (!fields) return;
  fields.set("view", view);
  navigator.sendBeacon(`${base}/form`, fields);
});

drawer.addEventListener("click", (event) => {
  if (event.target.closest("[data-close]") || event.target === drawer) closeDrawer();
});

drawer.addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const button = $("footer .primary", form);
  if (button.getAttribute("aria-busy")) return;
  const fresh = await post("form", new FormData(form), button);
  if (!fresh) return;
  const problem = $("#problem", fresh);
  if (problem) return showProblem(form, problem.textContent);
  if (!$("#drawer-content", fresh)) {
    form.dataset.sent = "yes";
    closeDrawer();
    const last = $("#messages")?.lastElementChild;
    last?.scrollIntoView({ block: "nearest" });
    announce(body.dataset.done);
  }
});

function showProblem(form, words) {
  let place = $(".problem", form);
  if (!place) {
    place = document.createElement("p");
    place.className = "warning problem";
    place.setAttribute("role", "alert");
    place.tabIndex = -1;
    $(".questions", form).before(place);
  }
  place.textContent = words;
  place.focus();
}

function count(field) {
  const place = $(`[data-count-for="${field.id}"]`);
  const left = field.dataset.longest - [...field.value].length;
  place.hidden = left > field.dataset.longest * 0.2;
  place.classList.toggle("over", left < 0);
  $("span", place).textContent = left;
}
document.addEventListener("input", (event) => {
  if (event.target.dataset?.longest) count(event.target);
  if (event.target.dataset?.filter) filter(event.target);
});

// Being somebody else -------------------------------------------------------------------------------------------------

function filter(input) {
  const wanted = input.value.toLocaleLowerCase();
  for (const one of $$("li", $(input.dataset.filter))) one.hidden = !one.dataset.find.toLocaleLowerCase().includes(wanted);
}
document.addEventListener("keydown", (event) => {
  const input = event.target.closest?.("[data-filter]");
  if (input && event.key === "Enter") $(`${input.dataset.filter} li:not([hidden]) a`)?.click();
  // Who types faster than the list unfolds means its filter.
  const unfolding = event.target.closest?.("details[open] > summary");
  if (unfolding && event.key.length === 1 && event.key !== " ") $("input[data-filter]", unfolding.parentElement)?.focus();
  if (event.key === "Escape") for (const one of $$("details:is(.switch, .add, .menu)[open]")) {
    if (one.contains(event.target)) $("summary", one).focus();
    one.open = false;
  }
});
document.addEventListener("click", (event) => {
  for (const one of $$("details:is(.switch, .add, .menu)[open]")) if (!one.contains(event.target)) one.open = false;
});
document.addEventListener("toggle", (event) => {
  if (!event.target.open) return;
  $("input[data-filter]", event.target)?.focus();
  $(".options, .picker", event.target)?.scrollIntoView({ block: "nearest" });
}, true);

// Colleagues ------------------------------------------------------------------------------------------------------------

const everybody = $$("#everybody li").map((one) => one.dataset);
function matches(typed) {
  const wanted = typed.toLocaleLowerCase().replace(/^[@＠]/, "");
  const score = (one) => [one.name, one.handle].some((name) => name.toLocaleLowerCase().startsWith(wanted)) ? 0 : 1;
  return everybody
    .filter((one) => `${one.name} ${one.handle} ${one.team}`.toLocaleLowerCase().includes(wanted))
    .sort((a, b) => score(a) - score(b));
}
function personOption(one, take) {
  return { name: one.name, help: one.team, hue: one.hue, initials: one.initials, take };
}

palette({
  of: (event) => event.target.closest?.("[data-colleagues] > input"),
  offers(input) {
    const box = input.parentElement;
    const taken = $$(".picked", box).map((one) => one.dataset.id);
    return matches(input.value)
      .filter((one) => !taken.includes(one.id) && ("yourself" in box.dataset || !("me" in one)))
      .slice(0, 8).map((one) => personOption(one, () => pick(input, one)));
  },
  onEmptyBackspace: (input) => $(".picked:last-child", input.parentElement)?.remove(),
  openOnClick: true,
});

function pick(input, one) {
  const box = input.parentElement;
  const chips = $(".chips", box);
  if (box.dataset.most === "1") chips.replaceChildren();
  const chip = document.createElement("span");
  chip.className = "chip picked";
  chip.dataset.id = one.id;
  const hidden = Object.assign(document.createElement("input"), { type: "hidden", name: box.dataset.colleagues, value: one.id });
  const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "✕" });
  remove.dataset.remove = "";
  remove.setAttribute("aria-label", `${input.dataset.removeLabel} ${one.name}`);
  chip.append(hidden, `${one.name} `, remove);
  chips.append(chip);
  input.value = "";
  if (box.dataset.most === "1") {
    const fields = $$(".questions :is(input:not([type=hidden]), textarea, select)", drawer);
    fields[fields.indexOf(input) + 1]?.focus();
  }
}
drawer.addEventListener("click", (event) => {
  const remove = event.target.closest("[data-remove]");
  if (!remove) return;
  const input = $("input[role=combobox]", remove.closest("[data-colleagues]"));
  remove.parentElement.remove();
  input.focus();
});

// Writing -----------------------------------------------------------------------------------------------------------------

const composer = $("#composer");
if (composer) {
  const words = $("#words"), edits = composer.elements.edits, file = composer.elements.file;
  const commands = $$("#commands li").map((one) => ({ ...one.dataset, help: one.textContent }));
  const kept = `words:${base}/${view}`;

  const grow = () => {
    words.rows = Math.min(8, words.value.split("\n").length);
    sessionStorage.setItem(kept, edits.value ? "" : words.value);
  };
  const put = (text) => { words.value = text; words.setSelectionRange(text.length, text.length); grow(); };
  put(words.value || (sessionStorage.getItem(kept) ?? "")); // whoever types at once was quicker than this script

  const chooser = palette({
    of: (event) => (event.target === words ? words : null),
    offers() {
      const typed = words.value.slice(0, words.selectionStart);
      const mention = typed.match(/(?:^|\s)[@＠]([^\s@＠]*)$/);
      if (mention) {
        // A name that is whole needs no choosing: Enter sends.
        if (everybody.some((one) => one.handle.toLocaleLowerCase() === mention[1].toLocaleLowerCase())) return [];
        return matches(mention[1]).filter((one) => !("me" in one)).slice(0, 8).map((one) => personOption(one, () => {
          const start = typed.length - mention[1].length - 1;
          const rest = words.value.slice(words.selectionStart);
          words.setRangeText(`@${one.handle}${rest.startsWith(" ") ? "" : " "}`, start, words.selectionStart, "end");
          grow();
        }));
      }
      if (!/^[/／]\S*(?: \S*)?$/.test(words.value)) return [];
      const wanted = words.value.slice(1).toLocaleLowerCase();
      // A command that is whole needs no choosing either; a space behind it offers what may follow.
      const isWhole = (one) => [`/${one.words}`, one.fills.trim()].includes(words.value.trim().toLocaleLowerCase());
      if (!words.value.endsWith(" ") && commands.some(isWhole)) return [];
      return commands
        .filter((one) => `${one.words} ${one.also ?? ""}`.toLocaleLowerCase().includes(wanted) && !isWhole(one))
        .sort((a, b) => !a.words.startsWith(wanted) - !b.words.startsWith(wanted))
        .map((one) => ({ name: one.fills.trim(), help: one.help, take: () => put(one.fills) }));
    },
  });

  let turn = Promise.resolve();
  const edit = (message, text) => { edits.value = message; $("#editing").hidden = !message; put(text); };
  const stop = () => edit("", "");

  async function send() {
    if (!words.value.trim() && !file?.files.length) return;
    const button = $(".send", composer);
    if (file?.files.length && button.getAttribute("aria-busy")) return;
    const data = new FormData(composer);
    const [typed, edited] = [words.value, edits.value];
    if (!file?.files.length) data.delete("file");
    chooser.close();
    stop();
    // Whoever types faster than we answer sends one after the other; nothing typed meanwhile is lost.
    sending += 1;
    turn = turn.then(() => deliver(data, typed, edited, button)).finally(() => { sending -= 1; speak(); });
  }

  async function deliver(data, typed, edited, button) {
    const done = await post("say", data, button);
    if (!done) return edit(edited, words.value ? `${typed}\n${words.value}` : typed);
    if (file && data.has("file")) { file.value = ""; showFile(); }
    reveal($$("[data-own]").at(-1));
    if (!drawer.open) words.focus();
  }

  words.addEventListener("input", grow);
  words.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); send(); }
    if (event.key === "Escape" && edits.value) stop();
    if (event.key === "ArrowUp" && !words.value) {
      const own = $$("[data-own]").at(-1);
      if (!own) return;
      event.preventDefault();
      edit(own.id.slice(2), $(".said", own).textContent);
    }
  });
  composer.addEventListener("submit", (event) => { event.preventDefault(); send(); });

  const showFile = () => {
    $("#file").hidden = !file.files.length;
    $("#file b").textContent = file.files[0]?.name ?? "";
  };
  file?.addEventListener("change", () => { showFile(); words.focus(); });
  $("[data-detach]", composer)?.addEventListener("click", () => { file.value = ""; showFile(); words.focus(); });

  reveal($("#messages").lastElementChild);
  if (matchMedia("(min-width: 800px)").matches) words.focus();
}

// In a narrow window the places stand in a row: the one that is open is in sight.
$("nav [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
