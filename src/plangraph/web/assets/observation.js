// The form for an observation: what is typed is checked at the server, and what it says stands beside the fields.
import { announce, debounced, el, fill, lang, requestJson, t, textOf } from "./lib/page.js";

const form = document.getElementById("observation");
const PRINTED = "pg:asPrinted^^xsd:string";
const WORDS = { violation: t("错误", "error"), warning: t("提醒", "warning"), info: t("提示", "note") };
const touched = new Set();
let running = null;
let asked = 0;

const control = (key) => form.elements.namedItem(key);
const number = (text) => new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en", { maximumFractionDigits: 12 }).format(text);

/** What the printed figure means, at once: the rest takes longer. */
async function showMeaning() {
  const place = document.getElementById("meaning");
  const text = control(PRINTED).value.trim();
  const turn = ++asked;
  if (!text) { place.className = "meaning"; fill(place); return; }
  let told;
  try { told = await requestJson(`/api/quantity?${new URLSearchParams({ text })}`); } catch { return; }
  if (turn !== asked) return;
  place.className = told.value === null ? "meaning wrong" : "meaning";
  if (told.value === null) { fill(place, told.detail); return; }
  const bounds = told.low === told.high ? t("准确值", "exact")
    : told.low === null ? `≤ ${number(told.high)}` : told.high === null ? `≥ ${number(told.low)}` : `${number(told.low)} – ${number(told.high)}`;
  fill(place, t("读作 ", "Read as "), el("b", {}, number(told.value)), told.unit ? ` ${told.unit}` : "", t("，可能的范围：", "; it may be: "), bounds);
}

async function check() {
  running?.abort();
  running = new AbortController();
  form.setAttribute("aria-busy", "true");
  try {
    const data = new FormData(form);
    data.delete("token");
    const found = await requestJson("/api/observation", { method: "POST", body: new URLSearchParams(data), signal: running.signal });
    show(found);
  } catch (failure) {
    if (failure.name !== "AbortError") announce(failure.message);
  } finally {
    form.removeAttribute("aria-busy");
  }
}

function show(found) {
  const byField = Map.groupBy ? Map.groupBy(found.faults, (fault) => fault.field) : grouped(found.faults);
  let told = 0;
  for (const place of form.querySelectorAll("[data-faults]")) {
    const key = place.dataset.faults;
    // What nobody has come to yet isn't wrong yet.
    const faults = !key || touched.has(key) || touched.has("*") ? byField.get(key) ?? [] : [];
    fill(place, faults.map((fault) => el("p", { class: `fault-line ${fault.severity}` },
      el("b", {}, WORDS[fault.severity]), " ", textOf(fault.message), fault.fix ? el("span", { class: "muted" }, ` ${textOf(fault.fix)}`) : null)));
    const wrong = faults.some((fault) => fault.severity === "violation");
    told += wrong;
    const input = key && control(key);
    if (input?.setAttribute) { if (wrong) input.setAttribute("aria-invalid", "true"); else input.removeAttribute("aria-invalid"); }
    if (wrong) place.closest("details")?.setAttribute("open", "");
  }
  for (const place of form.querySelectorAll("[data-derived]")) {
    const text = found.shown[place.dataset.derived];
    place.textContent = text ? t("自动填入：", "filled in: ") + textOf(text) : "";
  }
  document.getElementById("preview").hidden = !found.turtle;
  document.getElementById("turtle").textContent = found.turtle;
  form.dataset.conforms = String(found.conforms);
  if (told) announce(t(`有 ${told} 栏要改`, `${told} fields have to be mended`));
}

function grouped(faults) {
  const found = new Map();
  for (const fault of faults) found.set(fault.field, [...(found.get(fault.field) ?? []), fault]);
  return found;
}

const soon = debounced(check, 500);
const meaningSoon = debounced(showMeaning, 200);
form.addEventListener("input", (event) => {
  const { name } = event.target;
  if (["message", "author", "token"].includes(name)) return;
  if (name === PRINTED) meaningSoon();
  touched.add(name);
  soon();
});
form.addEventListener("focusout", (event) => {
  const { name } = event.target;
  if (!name || touched.has(name) || ["message", "author", "token", "action"].includes(name)) return;
  touched.add(name);
  soon();
});
if (form.querySelector(".fault-line")) touched.add("*");
if (control(PRINTED).value) showMeaning();
// What was typed before this script ran, or is back after a step back, was typed too.
const isTyped = (input) => (input.options ? [...input.options].some((o) => o.selected && !o.defaultSelected && o.value) : input.value !== input.defaultValue);
for (const input of form.elements) {
  if (!input.name || !["INPUT", "TEXTAREA", "SELECT"].includes(input.tagName) || ["hidden", "checkbox"].includes(input.type)) continue;
  if (!["message", "author", "token"].includes(input.name) && isTyped(input)) touched.add(input.name);
}
if (touched.size) check();
