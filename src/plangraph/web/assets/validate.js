// The validation page: data in by paste, file or drop; the report beside it, each fault tied to its line or cell; then
// the commit.
import { setDiagnostics } from "@codemirror/lint";
import { keymap } from "@codemirror/view";
import { sendCommit } from "./lib/commit.js";
import { createEditor, offsetAt, setText, showLines } from "./lib/editor.js";
import { filterResults } from "./lib/filter.js";
import { announce, config, download, el, fill, request, t } from "./lib/page.js";
import { keepFile, takeKept } from "./lib/keep.js";
import { turtle } from "./lib/turtle.js";

// Above this a file is sent as it is, without showing its text.
const SHOWN_BYTES = 2_000_000;
const SHEET = /\.(xlsx|xlsm|xls|xltx|csv)$/i;
const SEVERITY = { violation: "error", warning: "warning", info: "info" };

const page = (id) => document.getElementById(id);
const { examples = [] } = config();
const state = { file: null, filename: "", running: null };
let editor;

async function start() {
  const textarea = page("text");
  editor = createEditor({
    parent: page("editor"),
    doc: textarea.value,
    label: textarea.getAttribute("aria-label"),
    hint: t("在此粘贴 Turtle、JSON-LD 等 RDF，或把文件（RDF、工作簿、CSV）拖到这里…", "Paste Turtle, JSON-LD or other RDF here, or drop a file (RDF, workbook, CSV)…"),
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
  keepOverLanguages();
  const kept = await takeKept();
  if (kept?.pasted) { setText(editor, await kept.file.text()); check(); }
  else if (kept) take(kept.file);
}

/** What was put in survives the switch of the language, which loads the page anew. */
function keepOverLanguages() {
  const link = document.querySelector("a[hreflang]");
  link?.addEventListener("click", async (event) => {
    const file = state.file ?? (editor.state.doc.length ? new File([editor.state.doc.toString()], state.sent ?? "text") : null);
    if (!file || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    try { await keepFile(file, !state.file && !state.filename); } catch { /* where nothing can be kept the switch goes on */ }
    location.assign(link.href);
  });
}

function clear() {
  Object.assign(state, { file: null, filename: "", sent: undefined });
  page("file").value = "";
  page("file-card").hidden = true;
  page("editor").hidden = false;
  name("");
  fill(page("outcome"));
  fill(page("beside"));
}

function name(text) {
  state.filename = text;
  page("file-name").textContent = text;
}

async function take(file) {
  clear();
  page("syntax").value = "";
  const isSheet = SHEET.test(file.name);
  if (file.size <= SHOWN_BYTES && !isSheet) {
    const text = await file.text();
    setText(editor, text);
    state.file = null;
    // The name tells the format; the text may still be edited, so it is the text that is sent.
    state.sent = file.name;
  } else {
    setText(editor, "");
    state.file = file;
    card(file, isSheet);
  }
  name(file.name);
  check();
}

/** In place of the text: what file it is, and a way back to the editor. */
function card(file, isSheet) {
  page("editor").hidden = true;
  page("file-card").hidden = false;
  fill(page("file-card"),
    el("p", { class: "file-card-name" }, file.name),
    el("p", { class: "muted small" }, `${(file.size / 1024).toFixed(0)} KB · `, isSheet
      ? t("工作簿：有问题的单元格列在下方，也可下载标注好的副本", "A workbook: its faulty cells are shown below; a marked copy can be downloaded")
      : t("文件较大，不显示内容", "Large: its text isn't shown")),
    el("p", {}, el("button", { type: "button", class: "button small", onclick: () => { clear(); setText(editor, ""); editor.focus(); } }, t("换成粘贴文本", "Paste text instead"))));
}

/** The request's body: a file under its name where there is one, else the text. */
function body() {
  const form = new FormData();
  form.set("syntax", page("syntax").value);
  form.set("engine", page("engine").value);
  addInput(form);
  return form;
}

function addInput(form) {
  const text = editor.state.doc.toString();
  if (state.file) form.set("file", state.file);
  else if (state.filename) form.set("file", new File([text], state.sent));
  else form.set("text", text);
}

const send = (accept, signal, { query = "", ...more } = {}) =>
  request(`/api/validate${query}`, { method: "POST", body: body(), headers: { Accept: accept }, signal, ...more });

async function check() {
  if (!state.file && !editor.state.doc.toString().trim()) { editor.focus(); return; }
  state.running?.abort();
  const control = new AbortController();
  state.running = control;
  busy(true);
  try {
    // Of the two, a report comes as a page and any other failure as a problem document.
    const response = await send("text/html, application/problem+json", control.signal, { allowed: [400] });
    const found = new DOMParser().parseFromString(await response.text(), "text/html");
    show(found, response.ok);
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
  if (!on) return;
  fill(page("outcome"), el("p", { class: "running muted" }, t("正在校验…", "Validating…")));
  fill(page("beside"));
}

function show(found, downloads) {
  const report = document.importNode(found.getElementById("report"), true);
  const commit = found.getElementById("commit") && document.importNode(found.getElementById("commit"), true);
  const links = [...report.querySelectorAll("[data-line]")];
  const { doc } = editor.state;
  const inText = !state.file;
  fill(page("outcome"), report, commit, downloads && downloadsOf());
  // The sheets are what was put in, so they stand on that side.
  fill(page("beside"), report.querySelector(".sheets"));
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
  for (const link of report.querySelectorAll("[data-cell]")) link.addEventListener("click", (event) => {
    const cell = document.getElementById(decodeURIComponent(link.hash.slice(1))) ?? document.getElementById(link.hash.slice(1));
    if (!cell) return;
    event.preventDefault();
    for (const other of document.querySelectorAll(".cells .shown")) other.classList.remove("shown");
    cell.classList.add("shown");
    cell.scrollIntoView({ block: "center", inline: "center" });
    cell.focus({ preventScroll: true });
  });
  filterResults(report);
  if (commit) prepareCommit(commit);
  announce(report.querySelector("#verdict").textContent);
  report.scrollIntoView({ block: "nearest" });
}

function downloadsOf() {
  const stem = (state.filename || "report").replace(/\.[^.]*$/, "");
  const isBook = state.file && /\.xls[xm]$/i.test(state.filename);
  const offers = [
    isBook && ["application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", `${stem}-${t("标注", "marked")}.xlsx`, t("下载标注好的工作簿", "Download the marked workbook"), ""],
    ["application/json", "report.json", t("下载 JSON", "Download JSON"), ""],
    ["text/turtle", "report.ttl", t("下载 Turtle", "Download Turtle"), ""],
    ["text/html", "report.html", t("下载 HTML", "Download HTML"), "?download=1"],
  ];
  return el("p", { class: "downloads" }, offers.filter(Boolean).map(([accept, filename, label, query]) =>
    el("button", { type: "button", class: "button small", onclick: async (event) => {
      const button = event.currentTarget;
      button.disabled = true;
      try { download(await (await send(accept, undefined, { query })).blob(), filename); }
      catch (failure) { announce(failure.message); button.after(el("span", { class: "alert error small", role: "alert" }, failure.message)); }
      finally { button.disabled = false; }
    } }, label)));
}

function prepareCommit(form) {
  for (const copy of form.querySelectorAll("textarea[name=text], input[name=syntax], .no-script")) copy.remove();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const data = new FormData(form);
    data.set("syntax", page("syntax").value);
    addInput(data);
    sendCommit(form, data, { again: check });
  });
}

// The report's own page has no form: there the links lead to the numbered lines as they are.
if (page("validate-form")) start();
else if (page("report")) filterResults(page("report"));
