// The shipped questions: a list by theme, a form for the parameters of the chosen one, and its text with their values.
import { combobox } from "./combobox.js";
import { learnNames, nameOf } from "./names.js";
import { el, fill, t, textOf } from "./page.js";

const slot = (name) => new RegExp(`(VALUES\\s+\\?${name}\\s*\\{)([^{}]*)(\\})`);

const quoted = (text) =>
  `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll("\r", "\\r")}"`;

/** One SPARQL term for what was entered, null where it doesn't fit the parameter's kind. */
export function toTerm(kind, value) {
  switch (kind) {
    case "iri": return /^[a-z][a-z0-9+.-]*:[^\s<>"{}|^`\\]*$/i.test(value) ? `<${value}>` : null;
    case "integer": return /^[+-]?\d+$/.test(value) ? value : null;
    case "decimal": return /^[+-]?\d+(\.\d+)?$/.test(value) ? quoted(value) + "^^<http://www.w3.org/2001/XMLSchema#decimal>" : null;
    case "date": return /^\d{4}-\d\d-\d\d$/.test(value) ? quoted(value) + "^^<http://www.w3.org/2001/XMLSchema#date>" : null;
    default: return quoted(value);
  }
}

/** The question's query, without the header that the page shows in words, with `values`, terms by parameter, for the defaults. */
export const bind = (question, values) =>
  Object.entries(values).reduce(
    (text, [name, term]) => text.replace(slot(name), (_, head, __, tail) => `${head} ${term} ${tail}`),
    question.text.replace(/^(?:#\s*[a-z-]+:.*\n)+\s*/, ""));

/** The list of questions, grouped by theme; `onPick(question)` hears of a choice. */
export function questionList(parent, questions, themes, onPick) {
  const filter = el("input", {
    type: "search", placeholder: t("筛选问题…", "Filter the questions…"), "aria-label": t("筛选问题", "Filter the questions"),
    oninput: () => draw(filter.value.trim().toLowerCase()),
  });
  const list = el("div", { class: "question-list" });
  const draw = (wanted) => {
    const matching = questions.filter((q) =>
      !wanted || [q.name, ...Object.values(q.title), ...Object.values(q.question)].join(" ").toLowerCase().includes(wanted));
    const groups = [...new Set(matching.map((q) => q.theme))];
    fill(list, groups.length ? groups.map((theme, n) => el("details", { open: Boolean(wanted) || n === 0 },
      el("summary", {}, themes[theme]?.[t(0, 1)] ?? theme, el("span", { class: "muted small" }, ` ${matching.filter((q) => q.theme === theme).length}`)),
      el("ul", {}, matching.filter((q) => q.theme === theme).map((q) =>
        el("li", {}, el("button", { type: "button", class: "question", dataset: { name: q.name }, title: textOf(q.question), onclick: () => onPick(q) },
          textOf(q.title)))))))
      : el("p", { class: "muted" }, t("没有匹配的问题", "No question matches")));
  };
  fill(parent, questions.length > 8 && filter, list);
  draw("");
}

/** The form of a question's parameters; `onChange(values)` hears of terms by parameter. Empty where it has none. */
export function parameterForm(parent, question, values, { expand, compact, onChange }) {
  if (!question?.parameters.length) { fill(parent); return; }
  const current = { ...values };
  const fields = question.parameters.map((parameter) => {
    const id = `parameter-${parameter.name}`;
    const before = plain(current[parameter.name] ?? parameter.default, expand);
    const input = el("input", {
      id, value: parameter.kind === "iri" ? compact(before) : before, type: parameter.kind === "date" ? "date" : "text",
      inputmode: parameter.kind === "integer" ? "numeric" : parameter.kind === "decimal" ? "decimal" : null,
    });
    const take = (value) => {
      const term = value ? toTerm(parameter.kind, value) : parameter.default;
      input.setAttribute("aria-invalid", String(term === null));
      if (term !== null) { current[parameter.name] = term; onChange({ ...current }); }
    };
    const field = el("div", { class: "field" }, el("label", { for: id }, textOf(parameter.label)), input);
    if (parameter.kind === "iri") {
      // The field shows labels; what is typed counts by itself only where it is an IRI or a prefixed name.
      const showLabel = (iri) => learnNames([iri]).then(() => (input.value = textOf(nameOf(iri)?.label, compact(iri))), () => {});
      showLabel(before);
      input.addEventListener("change", () => /^<?[\w-]+:\S+$/.test(input.value.trim()) && take(expand(input.value.trim())));
      combobox(input, {
        types: parameter.choices ? [expand(parameter.choices)] : null,
        keepLabel: true,
        onPick: (thing) => take(thing.iri),
      });
    } else input.addEventListener("change", () => take(input.value.trim()));
    return field;
  });
  fill(parent, el("fieldset", { class: "parameters" }, el("legend", {}, t("参数", "Parameters")), fields));
}

/** What a SPARQL term says, without its brackets, quotes and datatype. */
function plain(term, expand) {
  const first = term.trim();
  if (first.startsWith("<")) return first.slice(1, first.indexOf(">"));
  const literal = /^"((?:[^"\\]|\\.)*)"/.exec(first);
  if (literal) return literal[1].replaceAll('\\"', '"').replaceAll("\\\\", "\\");
  return /^[\w-]+:/.test(first) ? expand(first) : first;
}
