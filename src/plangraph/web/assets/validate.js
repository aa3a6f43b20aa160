// The validation page: data in by paste, file or drop; the report beside it, each fault tied to its line.
import { setDiagnostics } from "@codemirror/lint";
import { keymap } from "@codemirror/view";
import { createEditor, offsetAt, setText, showLines } from "./lib/editor.js";
import { announce, config, download, el, fill, request, t } from "./lib/page.js";
import { turtle } from "./lib/turtle.js";

// Above this a file is sent as it is, without showing its text.
const SHOWN_BYTES = 2_000_000;
const SEVERITY = { violation: "error", warning: "warning", info: "info" };

const page = (id) => document.getElementById(id);
const { examples = [] } = config();
const state = { file: null, filename: "", running: null };
let editor;

function start() {
  const textarea = page("text");
  editor = createEditor({
    parent: page("editor"),
    doc: textarea.value,
    label: textarea.getAttribute("aria-label"),
    hint: t("在此粘贴 Turtle、JSON-LD 等 RDF，或把文件拖到这里…", "Paste Turtle, JSON-LD or other RDF here, or drop a file…"),
    extensions: [keymap.of([{ key: "Mod-Enter", run: () => (check(), true) }]), turtle],
    onChange: () => { if (state.filename && !state.file) name(""); },
  });
  textarea.hidden = true;
  textarea.disabled = true;
  
  page("validate-form").addEventListener("submit", (event) => { event.preventDefault(); check(); });
  page("cancel").addEventListener("click", () => state.running?.abort());
  page("file").addEventListener("change", () => page("file").files[0] && take(page("file").files[0]));
  for (const button of document.querySelectorAll("[data-example]"))
    button.addEventListener("click", () => {
      clear();
      setText(editor, examples[Number(button.dataset.example)].text);
      page("syntax").value = "turtle";
      check();
    });
  const drop = page("drop");
  for (const kind of ["dragenter", "dragover"]) drop.addEventListener(kind, (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    drop.classList.add("over");
  }, true);
  for (const kind of ["dragleave", "drop"]) drop.addEventListener(kind, () => drop.classList.remove("over"), true);
  drop.addEventListener("drop", (event) => {
    const file = event.dataTransfer.files[0];
    if (!file) return;
    event.preventDefault();
    event.stopPropagation();
    take(file);
  }, true);
}

function clear() {
  Object.assign(state, { file: null, filename: "" });
  page("file").value = "";
  name("");
  fill(page("outcome"));
}

function name(text) {
  state.filename = text;
  page("file-name").textContent = text;
}

async function take(file) {
  clear();
  page("syntax").value = "";
  if (file.size <= SHOWN_BYTES) {
    const text = await file.text();
    setText(editor, text);
    state.file = null;
    // The name tells the format; the text may still be edited, so it is the text that is sent.
    state.sent = file.name;
  } else {
    setText(editor, "");
    state.file = file;
  }
  name(file.name + (state.file ? t("（文件较大，不显示内容）", " (large: its text isn't shown)") : ""));
  check();
}

/** The request's body: a file under its name where there is one, else the text. */
function body() {
  const form = new FormData();
  form.set("syntax", page("syntax").value);
  form.set("engine", page("engine").value);
  const text = editor.state.doc.toString();
  if (state.file) form.set("file", state.file);
  else if (state.filename) form.set("file", new File([text], state.sent));
  else form.set("text", text);
  return form;
}

const send = (accept, signal, more = {}) =>
  request("/api/validate", { method: "POST", body: body(), headers: { Accept: accept }, signal, ...more });

async function check() {
  if (!state.file && !editor.state.doc.toString().trim()) { editor.focus(); return; }
  state.running?.abort();
  const control = new AbortController();
  state.running = control;
  busy(true);
  try {
    // Of the two, a report comes as a page and any other failure as a problem document.
    const response = await send("text/html, application/problem+json", control.signal, { allowed: [400] });
    const report = new DOMParser().parseFromString(await response.text(), "text/html").getElementById("report");
    show(document.importNode(report, true), response.ok);
  } catch (failure) {
    if (failure.name === "AbortError") fill(page("outcome"), el("p", { class: "muted" }, t("已取消。", "Cancelled.")));
    else fill(page("outcome"), el("div", { class: "alert error", role: "alert" }, el("p", {}, failure.message)));
  } finally {
    if (state.running === control) { state.running = null; busy(false); }
  }
}

function busy(on) {
  page("check").disabled = on;
  page("cancel").hidden = !on;
  page("outcome").setAttribute("aria-busy", String(on));
  if (on) fill(page("outcome"), el("p", { class: "running muted" }, t("正在校验…", "Validating…")));
}

function show(report, downloads) {
  const links = [...report.querySelectorAll("[data-line]")];
  const { doc } = editor.state;
  const inText = !state.file;
  const save = async (accept, suffix, button) => {
    button.disabled = true;
    try { download(await (await send(accept)).blob(), `report.${suffix}`); } finally { button.disabled = false; }
  };
  fill(page("outcome"), report, downloads && el("p", { class: "downloads" },
    el("button", { type: "button", class: "button small", onclick: (event) => save("application/json", "json", event.currentTarget) }, t("下载 JSON", "Download JSON")),
    el("button", { type: "button", class: "button small", onclick: (event) => save("text/turtle", "ttl", event.currentTarget) }, t("下载 Turtle", "Download Turtle"))));
  if (inText) {
    const diagnostics = links.map(({ dataset }) => {
      const line = doc.line(Math.min(Number(dataset.line), doc.lines));
      const from = dataset.column ? Math.min(offsetAt(editor, line.number, Number(dataset.column)), line.to) : line.from;
      return { from, to: line.to, severity: SEVERITY[dataset.severity], message: dataset.message };
    }).sort((a, b) => a.from - b.from);
    editor.dispatch(setDiagnostics(editor.state, diagnostics));
  }
  for (const link of links) link.addEventListener("click", (event) => {
    event.preventDefault();
    if (inText) showLines(editor, [Number(link.dataset.line)]);
  });
  announce(report.querySelector("#verdict").textContent);
  report.scrollIntoView({ block: "nearest" });
}

// The report's own page has no form: there the links lead to the numbered lines as they are.
if (page("validate-form")) start();
