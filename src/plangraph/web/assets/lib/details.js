// The panels beside the drawing: the chosen thing, and the paths between two things.
import { kindChip } from "./kinds.js";
import { el, fill, t, textOf } from "./page.js";

const basis = (inferred) =>
  inferred ? el("span", { class: "chip inferred" }, t("编者推断", "inferred by editors")) : el("span", { class: "chip stated" }, t("原文所述", "stated"));

/**
 * What is known of the chosen thing. `summary` is `thing` of /api/neighbourhood, null while it is asked for;
 * `links` are the drawn links `{label, other, forward, inferred}`; `act` has what its buttons do.
 */
export function showDetails(parent, node, summary, links, act) {
  const button = (text, action, extra = {}) => el("button", { type: "button", class: "button small", onclick: action, ...extra }, text);
  fill(parent,
    el("p", { class: "details-kind" }, kindChip(node.kind, textOf(node.kindLabel, node.kind))),
    el("h2", { class: "details-title" }, textOf(node.label)),
    summary?.description && textOf(summary.description) && el("p", {}, textOf(summary.description)),
    el("p", { class: "details-actions" },
      el("a", { class: "button small primary", href: node.page }, t("打开页面", "Open its page")),
      button(act.expanded ? t("收起", "Collapse") : t("展开", "Expand"), act.toggle),
      act.more > 0 && button(t(`再展开（还有 ${act.more} 个）`, `Show more (${act.more} left)`), act.showMore),
      button(t("设为起点", "Path from here"), act.from),
      button(t("设为终点", "Path to here"), act.to),
      button(t("以此为中心", "Start here"), act.restart),
      button(t("隐藏", "Hide"), act.hide)),
    !summary ? el("p", { class: "muted" }, t("正在读取…", "Loading…")) : summary.facts.length > 0 && el("dl", { class: "details-facts" },
      summary.facts.flatMap((fact) => [
        el("dt", {}, textOf(fact.label)),
        el("dd", {}, fact.values.map(textOf).join(t("；", "; ")), fact.more > 0 && el("span", { class: "muted" }, ` +${fact.more}`)),
      ])),
    links.length > 0 && el("h3", {}, t(`图中的联系（${links.length}）`, `Links in the drawing (${links.length})`)),
    links.length > 0 && el("ul", { class: "details-links" }, links.map((link) =>
      el("li", {},
        el("span", { class: "muted small" }, link.forward ? `${link.label} →` : `← ${link.label}`), " ",
        el("button", { type: "button", class: "link", onclick: () => act.choose(link.other.iri) }, textOf(link.other.label)),
        link.inferred && [" ", basis(true)]))));
}

/** The paths found, hop by hop with why each holds. `act.show(n)` draws one, `act.choose(iri)` chooses a thing. */
export function showPaths(parent, paths, shown, act) {
  if (!paths.length) {
    fill(parent, el("p", { class: "muted" }, t("这两者之间没有找到联系。", "No connection was found between the two.")));
    return;
  }
  fill(parent, paths.map((path, n) =>
    el("section", { class: "path", "aria-current": n === shown ? "true" : null },
      el("h3", {}, el("button", { type: "button", class: "link", "aria-pressed": String(n === shown), onclick: () => act.show(n) },
        t(`路径 ${n + 1} · ${path.hops.length} 步`, `Path ${n + 1} · ${path.hops.length} ${path.hops.length === 1 ? "hop" : "hops"}`))),
      el("ol", { class: "hops" }, path.hops.map((hop) => hopItem(hop, act))))));
}

function hopItem(hop, act) {
  const thing = (named) => el("button", { type: "button", class: "link", onclick: () => act.choose(named.iri) }, textOf(named.label));
  const [here, there] = hop.forward ? [hop.subject, hop.object] : [hop.object, hop.subject];
  const label = textOf(hop.propertyLabel);
  return el("li", {},
    el("div", { class: "hop" }, thing(here), " ", el("span", { class: "hop-link" }, hop.forward ? `— ${label} →` : `← ${label} —`), " ", thing(there)),
    el("div", { class: "hop-why" }, basis(hop.inferred), " ",
      hop.inferred ? hop.rationale && el("span", { class: "small" }, textOf(hop.rationale))
        : hop.evidence.map((evidence) => el("a", { class: "small evidence", href: evidence.page, title: textOf(evidence.source) },
            `“${evidence.exact}”`, el("span", { class: "muted" }, ` ${evidence.locator}`)))));
}
