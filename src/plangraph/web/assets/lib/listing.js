// The same as the drawing, in words: tables of its things and links, for those who can't use a canvas.
import { kindChip } from "./kinds.js";
import { el, fill, t, textOf } from "./page.js";

/** Fill `parent` with tables of nodes and edges as the drawing has them now; `choose(iri)` chooses a thing. */
export function showListing(parent, nodes, edges, choose) {
  const ordered = [...nodes].sort((a, b) => a.kind.localeCompare(b.kind) || textOf(a.label).localeCompare(textOf(b.label), "zh-Hans-CN"));
  const pick = (node) => el("button", { type: "button", class: "link", onclick: () => choose(node.iri) }, textOf(node.label));
  fill(parent,
    table(t(`事物（${nodes.length}）`, `Things (${nodes.length})`), [t("名称", "Name"), t("类别", "Class"), t("联系", "Links"), t("页面", "Page")],
      ordered.map((node) => [
        pick(node), kindChip(node.kind, textOf(node.kindLabel, node.kind)), el("span", { class: "number" }, String(node.degree)),
        el("a", { href: node.page, "aria-label": t(`打开${textOf(node.label)}的页面`, `Open the page of ${textOf(node.label)}`) }, t("打开", "Open")),
      ])),
    table(t(`联系（${edges.length}）`, `Links (${edges.length})`), [t("从", "From"), t("关系", "Link"), t("到", "To"), t("依据", "Basis")],
      edges.map((edge) => [pick(edge.from), textOf(edge.label), pick(edge.to), edge.inferred ? t("编者推断", "inferred") : t("原文所述", "stated")])));
}

const table = (caption, heads, rows) =>
  el("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", {}, el("caption", {}, caption), el("thead", {}, el("tr", {}, heads.map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, rows.map((cells) => el("tr", {}, cells.map((cell) => el("td", {}, cell)))))));
