// The query page: editor, shipped questions, results.
import { acceptCompletion, autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { ensureSyntaxTree, syntaxTree } from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { keymap } from "@codemirror/view";
import { sparql, SparqlLanguage } from "codemirror-lang-sparql";
import { sparqlCompletion } from "./lib/completion.js";
import { createEditor, offsetAt, setText } from "./lib/editor.js";
import { announce, config, copyText, count, download, el, fill, keepFragment, request, RequestFailed, requestJson, t, textOf } from "./lib/page.js";
import { bind, parameterForm, questionList } from "./lib/questions.js";
import { showTable } from "./lib/results.js";
import { pack, unpack } from "./lib/state.js";

const RESULTS = "application/sparql-results+json";
const SHOWN_CHARACTERS = 200_000;
const DOWNLOADS = {
  select: [["CSV", "text/csv", "csv"], ["JSON", RESULTS, "srj"], ["XML", "application/sparql-results+xml", "srx"], ["TSV", "text/tab-separated-values", "tsv"]],
  graph: [["Turtle", "text/turtle", "ttl"], ["JSON-LD", "application/ld+json", "jsonld"], ["N-Triples", "application/n-triples", "nt"], ["RDF/XML", "application/rdf+xml", "rdf"]],
};
DOWNLOADS.ask = DOWNLOADS.select.slice(1, 3);

const { prefixes = {}, questions = [], themes = {}, query: given = "", endpoint = "/sparql" } = config();
const page = (id) => document.getElementById(id);
const state = { question: null, values: {}, view: {}, running: null };

const expand = (name) => {
  const inner = name.replace(/^<|>$/g, "");
  const [prefix, ...rest] = inner.split(":");
  return prefixes[prefix] && !rest[0]?.startsWith("//") ? prefixes[prefix] + rest.join(":") : inner;
};
const compact = (iri) => {
  const fitting = Object.entries(prefixes).filter(([, namespace]) => iri.startsWith(namespace)).sort((a, b) => b[1].length - a[1].length)[0];
  const local = fitting && iri.slice(fitting[1].length);
  return fitting && /^[\w-]*$/.test(local) ? `${fitting[0]}:${local}` : iri;
};

let terms = [];
const editor = createEditor({
  parent: page("editor"),
  doc: page("query").value,
  label: t("SPARQL 查询文本", "SPARQL query text"),
  hint: t("写 SPARQL，或从问题列表中选一个…", "Write SPARQL, or choose a question from the list…"),
  extensions: [
    keymap.of([{ key: "Mod-Enter", run: () => (run(), true) }, { key: "Tab", run: acceptCompletion }, ...completionKeymap]),
    sparql(),
    SparqlLanguage.data.of({ autocomplete: (context) => sparqlCompletion(terms, prefixes)(context) }),
    autocompletion({ icons: false, maxRenderedOptions: 60 }),
  ],
  onChange: () => setTimeout(() => editor.dispatch(setDiagnostics(editor.state, []))),
});
const text = () => editor.state.doc.toString();

page("query").hidden = true;
page("query").disabled = true;

requestJson("/api/vocabulary").then((found) => { terms = found.terms ?? found; }, () => {});

// --- questions ---------------------------------------------------------------------------------------------------

function choose(question, values = {}) {
  Object.assign(state, { question, values, view: {} });
  setText(editor, bind(question, values));
  for (const button of document.querySelectorAll("button.question"))
    button.toggleAttribute("aria-current", button.dataset.name === question.name);
  fill(page("question-text"), el("strong", {}, textOf(question.title)), " ", textOf(question.question));
  parameterForm(page("parameters"), question, values, {
    expand, compact,
    onChange: (changed) => {
      state.values = changed;
      setText(editor, bind(question, changed));
      run();
    },
  });
}

questionList(page("questions"), questions, themes, (question) => {
  choose(question);
  run();
  if (matchMedia("(max-width: 60rem)").matches) page("results").scrollIntoView({ block: "start" });
});

// --- the link that brings all this back --------------------------------------------------------------------------

const isQuestion = () => state.question && text() === bind(state.question, state.values);

async function remember() {
  const place = new URLSearchParams();
  if (isQuestion()) {
    place.set("q", state.question.name);
    for (const [name, term] of Object.entries(state.values)) place.set(`p.${name}`, term);
  } else if (text().trim()) place.set("z", await pack(text()));
  const { sort, descending, filter, page: number } = state.view;
  if (sort) place.set("sort", (descending ? "-" : "") + sort);
  if (filter) place.set("filter", filter);
  if (number) place.set("page", String(number + 1));
  history.replaceState(null, "", `${location.pathname}#${place}`);
}

async function restore() {
  const place = new URLSearchParams(location.hash.slice(1));
  const sort = place.get("sort") ?? "";
  const view = {
    sort: sort.replace(/^-/, ""), descending: sort.startsWith("-"), filter: place.get("filter") ?? "",
    page: Math.max(0, Number.parseInt(place.get("page") ?? "1", 10) - 1) || 0,
  };
  const named = questions.find((q) => q.name === place.get("q"));
  try {
    if (named) {
      const values = [...place].filter(([key]) => key.startsWith("p.")).map(([key, value]) => [key.slice(2), value]);
      choose(named, Object.fromEntries(values));
    } else if (place.get("z")) setText(editor, await unpack(place.get("z")));
    else if (given) setText(editor, given);
    else return;
  } catch {
    showProblem({ detail: t("这个链接已损坏，无法还原查询。", "This link is damaged: its query can't be restored.") });
    return;
  }
  state.view = view;
  await run(view);
}

// --- running -----------------------------------------------------------------------------------------------------

const ask = (accept, signal) =>
  request(endpoint, { method: "POST", body: new URLSearchParams({ query: text() }), headers: { Accept: accept }, signal });

async function run(view = {}) {
  if (!text().trim()) { editor.focus(); return; }
  state.running?.abort();
  const control = new AbortController();
  Object.assign(state, { running: control, view });
  busy(true);
  const began = performance.now();
  try {
    remember();
    const response = await ask(`${RESULTS}, text/turtle;q=0.9`, control.signal);
    const body = await response.text();
    const seconds = (performance.now() - began) / 1000;
    if (control !== state.running) return;
    if (response.headers.get("content-type")?.startsWith("text/turtle")) showGraph(body, seconds);
    else showResults(JSON.parse(body), body.length, seconds);
  } catch (failure) {
    if (control !== state.running) return;
    if (failure.name === "AbortError") fill(page("results"), el("p", { class: "muted" }, t("已取消。", "Cancelled.")));
    else showProblem(failure instanceof RequestFailed ? failure.problem : { detail: String(failure.message) });
  } finally {
    if (control === state.running) { state.running = null; busy(false); }
  }
}

function busy(on) {
  page("run").disabled = on;
  page("cancel").hidden = !on;
  page("results").setAttribute("aria-busy", String(on));
  if (on) fill(page("results"), el("p", { class: "running muted" }, t("正在查询…", "Running…")));
}

function head(summary, form) {
  announce(summary);
  const choices = DOWNLOADS[form];
  const message = el("span", { class: "small error-text", role: "status" });
  const save = async ([, type, suffix]) => {
    try {
      message.textContent = "";
      const response = await ask(type);
      download(await response.blob(), `${isQuestion() ? state.question.name : "results"}.${suffix}`);
    } catch (failure) {
      message.textContent = failure.message;
    }
  };
  return el("div", { class: "results-head" },
    el("h2", { class: "results-summary" }, summary),
    el("div", { class: "results-actions", role: "group", "aria-label": t("下载与分享", "Download and share") },
      el("span", { class: "muted small" }, t("下载", "Download")),
      choices.map((choice) => el("button", { type: "button", class: "button small", onclick: () => save(choice) }, choice[0])),
      el("button", { type: "button", class: "button small", onclick: async (event) => { const button = event.currentTarget; await remember(); copyText(location.href, button); } },
        t("复制链接", "Copy link"))),
    message);
}

const took = (seconds) => t(`${seconds.toFixed(2)} 秒`, `${seconds.toFixed(2)} s`);

function showResults(results, size, seconds) {
  const parent = page("results");
  if (typeof results.boolean === "boolean") {
    const answer = results.boolean ? t("是", "Yes") : t("否", "No");
    fill(parent, head(`${answer} · ${took(seconds)}`, "ask"), el("p", { class: `answer ${results.boolean ? "yes" : "no"}` }, answer));
    return;
  }
  const rows = results.results.bindings.length;
  const summary = `${t(`${count(rows)} 行`, rows === 1 ? "1 row" : `${count(rows)} rows`)} · ${took(seconds)}`;
  const holder = el("div");
  fill(parent, head(summary, "select"), holder);
  if (!rows) {
    fill(holder, el("div", { class: "empty" }, el("p", {}, t("没有结果。", "No results.")),
      el("p", { class: "muted" }, t("查询本身没有错误。请检查名称的拼写和语言标记（如 \"…\"@zh），或去掉一个条件再试。",
        "The query itself is fine. Check the spelling of names and language tags (such as \"…\"@en), or try without one of the conditions."))));
    return;
  }
  showTable(holder, results, { view: state.view, compact, onView: (view) => { state.view = view; remember(); } });
}

function showGraph(turtle, seconds) {
  const summary = `${t("RDF 图", "RDF graph")} · Turtle · ${took(seconds)}`;
  const cut = turtle.length > SHOWN_CHARACTERS;
  const empty = !turtle.replace(/^\s*@?prefix\b.*$/gim, "").trim();
  fill(page("results"), head(summary, "graph"),
    empty ? el("div", { class: "empty" }, el("p", {}, t("没有三元组。", "No triples.")))
      : el("pre", { class: "turtle", tabindex: "0", "aria-label": "Turtle" }, cut ? turtle.slice(0, SHOWN_CHARACTERS) : turtle),
    cut && el("p", { class: "muted" }, t("只显示了开头，完整内容请下载。", "Only the beginning is shown; download the whole.")));
}

const LONGEST_MESSAGE = 300;

function showProblem(problem) {
  const { line, column } = problem;
  const whole = problem.detail || problem.title || t("查询失败。", "The query failed.");
  const message = whole.length > LONGEST_MESSAGE ? `${whole.slice(0, LONGEST_MESSAGE)}…` : whole;
  const from = line ? faultPlace(offsetAt(editor, line, column ?? 1)) : null;
  if (from !== null) {
    const to = Math.min(from + 1, editor.state.doc.length);
    editor.dispatch(setDiagnostics(editor.state, [{ from: Math.min(from, Math.max(0, to - 1)), to, severity: "error", message }]));
  }
  fill(page("results"), el("div", { class: "alert error", role: "alert" }, el("p", {}, message),
    from !== null && el("button", { type: "button", class: "button small", onclick: () => {
      editor.dispatch({ selection: { anchor: from }, scrollIntoView: true });
      editor.focus();
    } }, t("到出错处", "Go to the place"))));
}

/** Where the text stops being SPARQL: the server names how far it got, which may be past the first fault. */
function faultPlace(named) {
  const tree = ensureSyntaxTree(editor.state, editor.state.doc.length, 500) ?? syntaxTree(editor.state);
  let first = named;
  tree.iterate({ enter: (node) => { if (node.type.isError && node.from < first) first = node.from; } });
  return first;
}

function insertPrefixes() {
  const used = Object.keys(prefixes).filter((prefix) =>
    new RegExp(`(?<![\\w<])${prefix}:`).test(text()) && !new RegExp(`prefix\\s+${prefix}:`, "i").test(text()));
  const lines = used.map((prefix) => `PREFIX ${prefix}: <${prefixes[prefix]}>\n`).join("");
  if (lines) editor.dispatch({ changes: { from: 0, insert: lines } });
  announce(lines ? t(`已加入 ${used.length} 行前缀`, `${used.length} prefix lines added`) : t("没有缺少的前缀", "No prefix is missing"));
  editor.focus();
}

page("query-form").addEventListener("submit", (event) => { event.preventDefault(); run(); });
page("cancel").addEventListener("click", () => state.running?.abort());
page("prefixes").addEventListener("click", insertPrefixes);
addEventListener("hashchange", restore);
keepFragment();
restore();
