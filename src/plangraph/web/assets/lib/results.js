// Query results as a table that is sorted, filtered and read by pages.
import { announce, count, el, fill, t, textOf } from "./page.js";
import { learnNames, nameOf } from "./names.js";

const PAGE = 50;
const LEARNT = 5000;
const NUMERIC = /(?:integer|decimal|double|float|int|long|short|byte|nonNegativeInteger|positiveInteger|gYear)$/;
const XSD = "http://www.w3.org/2001/XMLSchema#";

/**
 * Show SELECT results (SPARQL 1.1 Query Results JSON) in `parent`.
 *
 * `view` is `{sort, descending, filter, page}` to start with, `onView` hears of each change of it; `compact` shortens an
 * IRI for display.
 */
export function showTable(parent, results, { view = {}, onView = () => {}, compact }) {
  const variables = results.head.vars;
  const rows = results.results.bindings;
  const state = { sort: "", descending: false, filter: "", page: 0, ...view };

  const status = el("p", { class: "results-shown muted" });
  const table = el("table", { class: "results-table" });
  const pager = el("nav", { class: "results-pager", "aria-label": t("结果分页", "Pages of results") });
  const filter = el("input", {
    type: "search", value: state.filter, "aria-label": t("在结果中筛选", "Filter the results"),
    placeholder: t("在结果中筛选…", "Filter the results…"),
    oninput: () => change({ filter: filter.value, page: 0 }),
  });
  const heads = variables.map((name) =>
    el("th", { scope: "col" },
      el("button", { type: "button", class: "sort", onclick: () => sortBy(name) },
        el("span", {}, name), el("span", { class: "sort-sign", "aria-hidden": "true" }))));
  const body = el("tbody");
  table.append(el("caption", { class: "visually-hidden" }, t("查询结果", "Query results")), el("thead", {}, el("tr", {}, heads)), body);

  // Sorting and filtering go by labels: those of all rows are asked for once, at the first need.
  const learnAll = () => {
    const iris = rows.slice(0, LEARNT).flatMap((row) => Object.values(row)).filter((term) => term.type === "uri");
    return learnNames(iris.map((term) => term.value)).catch(() => {});
  };
  let learning = null;
  const change = async (part) => {
    Object.assign(state, part);
    onView({ ...state });
    draw();
    if ((state.filter || state.sort) && !learning) {
      learning = learnAll();
      await learning;
      draw();
    }
  };
  const sortBy = (name) => {
    // First up, then down, then the order of the query again.
    if (state.sort !== name) change({ sort: name, descending: false, page: 0 });
    else if (!state.descending) change({ descending: true, page: 0 });
    else change({ sort: "", descending: false, page: 0 });
    announce(state.sort ? t(`按 ${name} ${state.descending ? "降序" : "升序"}`, `Sorted by ${name}, ${state.descending ? "descending" : "ascending"}`)
      : t("恢复查询的次序", "The order of the query"));
  };

  const draw = async () => {
    const chosen = arrange(rows, variables, state);
    const pages = Math.max(1, Math.ceil(chosen.length / PAGE));
    state.page = Math.min(Math.max(0, state.page), pages - 1);
    const shown = chosen.slice(state.page * PAGE, (state.page + 1) * PAGE);
    heads.forEach((head, n) => {
      const on = variables[n] === state.sort;
      head.setAttribute("aria-sort", on ? (state.descending ? "descending" : "ascending") : "none");
      head.querySelector(".sort-sign").textContent = on ? (state.descending ? "▼" : "▲") : "";
    });
    const paint = () => fill(body, shown.map((row) => el("tr", {}, variables.map((name) => cell(row[name], compact)))));
    paint();
    status.textContent = state.filter
      ? t(`${count(chosen.length)} 行符合筛选，共 ${count(rows.length)} 行`, `${count(chosen.length)} of ${count(rows.length)} rows match`)
      : "";
    fill(pager, pages > 1 && pageButtons(state.page, pages, (page) => change({ page })));
    const iris = shown.flatMap((row) => Object.values(row)).filter((term) => term.type === "uri").map((term) => term.value);
    const unknown = iris.filter((iri) => !nameOf(iri));
    if (unknown.length) await learnNames(unknown).then(paint, () => {});
  };

  fill(parent,
    el("div", { class: "results-tools" }, rows.length > 5 && filter, status),
    el("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": t("查询结果", "Query results") }, table),
    pager);
  return change({});
}

function arrange(rows, variables, { sort, descending, filter }) {
  const wanted = filter.trim().toLowerCase();
  const kept = wanted
    ? rows.filter((row) => variables.some((name) => row[name] && haystack(row[name]).includes(wanted)))
    : rows;
  if (!sort) return kept;
  const sign = descending ? -1 : 1;
  return [...kept].sort((a, b) => sign * compare(a[sort], b[sort]));
}

const haystack = (term) => {
  const name = term.type === "uri" ? nameOf(term.value) : null;
  return `${term.value} ${name ? Object.values(name.label).join(" ") : ""}`.toLowerCase();
};

const isNumber = (term) => term?.type === "literal" && term.datatype && NUMERIC.test(term.datatype);

function compare(a, b) {
  if (!a || !b) return a ? 1 : b ? -1 : 0;
  if (isNumber(a) && isNumber(b)) return Number(a.value) - Number(b.value);
  const text = (term) => (term.type === "uri" && nameOf(term.value) ? textOf(nameOf(term.value).label) : term.value);
  return text(a).localeCompare(text(b), "zh-Hans-CN", { numeric: true });
}

function cell(term, compact) {
  if (!term) return el("td", { class: "unbound" }, el("span", { class: "visually-hidden" }, t("无值", "no value")));
  if (term.type === "uri") return el("td", {}, iriLink(term.value, compact));
  if (term.type === "bnode") return el("td", { class: "muted" }, `_:${term.value}`);
  const number = isNumber(term);
  const type = term["xml:lang"] ?? (term.datatype && !number ? term.datatype.replace(XSD, "xsd:") : "");
  return el("td", { class: number ? "number" : null },
    el("span", { lang: term["xml:lang"] ?? null }, term.value),
    type && el("span", { class: "term-tag" }, type));
}

/** A link to the page of an IRI where the graph has one, with its label; else the IRI, shortened. */
export function iriLink(iri, compact) {
  const name = nameOf(iri);
  const label = name && textOf(name.label);
  if (name?.page) return el("a", { href: name.page, title: compact(iri) }, label || compact(iri));
  if (label) return el("span", { title: iri }, label);
  return /^https?:/.test(iri) && compact(iri) === iri
    ? el("a", { href: iri, rel: "noreferrer", class: "outside" }, iri)
    : el("code", { title: iri }, compact(iri));
}

function pageButtons(page, pages, go) {
  const button = (to, text, label, disabled) =>
    el("button", { type: "button", class: "button small", "aria-label": label, disabled, onclick: () => go(to) }, text);
  return [
    button(0, "«", t("第一页", "First page"), page === 0),
    button(page - 1, "‹", t("上一页", "Previous page"), page === 0),
    el("span", { class: "page-place" }, t(`第 ${page + 1} / ${pages} 页`, `Page ${page + 1} of ${pages}`)),
    button(page + 1, "›", t("下一页", "Next page"), page === pages - 1),
    button(pages - 1, "»", t("最后一页", "Last page"), page === pages - 1),
  ];
}
