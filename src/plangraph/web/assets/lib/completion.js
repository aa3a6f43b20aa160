// What the query editor offers while one types: terms by label in either language, variables, keywords, prefixes.
import { syntaxTree } from "@codemirror/language";
import { lang, t, textOf } from "./page.js";

const KEYWORDS = (
  "SELECT CONSTRUCT ASK DESCRIBE WHERE PREFIX FROM NAMED DISTINCT REDUCED OPTIONAL UNION MINUS GRAPH FILTER EXISTS NOT BIND AS " +
  "VALUES UNDEF GROUP BY HAVING ORDER ASC DESC LIMIT OFFSET COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT SEPARATOR IN COALESCE IF " +
  "BOUND STR LANG LANGMATCHES DATATYPE IRI ABS CEIL FLOOR ROUND CONCAT STRLEN UCASE LCASE CONTAINS STRSTARTS STRENDS STRBEFORE " +
  "STRAFTER SUBSTR REPLACE REGEX YEAR MONTH DAY NOW ISIRI ISBLANK ISLITERAL ISNUMERIC SAMETERM STRLANG STRDT"
).split(" ");

const KINDS = {
  class: ["类", "class"], property: ["属性", "property"], "object-property": ["属性", "property"],
  "datatype-property": ["属性", "property"], concept: ["代码", "code"], "concept-scheme": ["代码表", "code list"],
};

// Terms that fit where the cursor is come first: a class after `a`, a property in the verb's place.
const AFTER_A = /(?:^|[\s;{.])a\s+$/;
const AFTER_TERM = /(?:\?[\p{L}\p{N}_]+|>|[\w-]+:[\p{L}\p{N}_-]*|;)\s+$/u;

/**
 * A completion source over the graph's vocabulary.
 *
 * `terms` are `{iri, curie, kind, label: {zh, en}, uses}`; `prefixes` a map from prefix to namespace. A term is found
 * by its prefixed name and by its label in Chinese and in English, and goes in as its prefixed name.
 */
export function sparqlCompletion(terms, prefixes) {
  const choices = terms.map((term) => {
    const shown = textOf(term.label, term.curie);
    const other = lang === "zh" ? term.label.en : term.label.zh;
    return {
      term,
      keys: [term.curie, term.curie.split(":")[1] ?? "", term.label.zh ?? "", term.label.en ?? ""].map((k) => k.toLowerCase()),
      option: {
        label: term.curie,
        displayLabel: `${shown} · ${term.curie}`,
        detail: [other, kindOf(term.kind), term.uses].filter(Boolean).join(" · "),
        type: term.kind,
      },
    };
  });

  return (context) => {
    const inside = syntaxTree(context.state).resolveInner(context.pos, -1).name;
    if (inside === "Comment" || inside === "String") return null;
    const variable = context.matchBefore(/[?$][\p{L}\p{N}_]*/u);
    if (variable) return { from: variable.from, options: variables(context, variable), validFor: /^[?$][\p{L}\p{N}_]*$/u };
    const word = context.matchBefore(/[\p{L}\p{N}_:.-]+/u);
    if (!word && !context.explicit) return null;
    const from = word?.from ?? context.pos;
    const typed = (word?.text ?? "").toLowerCase();
    const line = context.state.doc.lineAt(from);
    const before = context.state.doc.sliceString(Math.max(0, line.from - 200), from);
    const options = [
      ...choices.map((choice) => ({ ...choice.option, boost: rank(choice, typed, before) })).filter((o) => o.boost > -1000),
      ...keywords(typed),
      ...prefixLines(typed, prefixes, context),
    ].sort((a, b) => b.boost - a.boost).slice(0, 60);
    return { from, options, filter: false };
  };
}

const kindOf = (kind) => (KINDS[kind] ? t(...KINDS[kind]) : "");

function rank({ term, keys }, typed, before) {
  let score = 0;
  if (typed) {
    if (keys.some((key) => key === typed)) score = 60;
    else if (keys.some((key) => key.startsWith(typed))) score = 40;
    else if (keys.some((key) => key.includes(typed))) score = 20;
    else return -1000;
  }
  if (AFTER_A.test(before)) score += term.kind === "class" ? 30 : -10;
  else if (AFTER_TERM.test(before)) score += term.kind.includes("property") ? 10 : 0;
  return score + Math.min(9, Math.log2(1 + (term.uses ?? 0)));
}

function variables(context, word) {
  const found = new Set(context.state.doc.toString().match(/[?$][\p{L}\p{N}_]+/gu) ?? []);
  found.delete(word.text);
  return [...found].map((name) => ({ label: name, type: "variable", detail: t("变量", "variable") }));
}

const keywords = (typed) =>
  KEYWORDS.filter((word) => typed && word.toLowerCase().startsWith(typed)).map((word) => ({
    label: word, type: "keyword", detail: t("关键词", "keyword"), boost: word.toLowerCase() === typed ? 70 : 15,
  }));

function prefixLines(typed, prefixes, context) {
  const line = context.state.doc.lineAt(context.pos).text;
  if (!/^\s*prefix\s+[\w-]*$/i.test(line)) return [];
  return Object.entries(prefixes)
    .filter(([prefix]) => prefix.startsWith(typed))
    .map(([prefix, namespace]) => ({ label: `${prefix}: <${namespace}>`, type: "namespace", boost: 90 }));
}
