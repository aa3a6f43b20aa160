// The graph view: drawing, legend, chosen thing, paths, and the list that says the same in words.
import { arrange, createCanvas, edgeLabel, fit, isShown, neighbourTowards, wrapLabel } from "./lib/canvas.js";
import { combobox } from "./lib/combobox.js";
import { showDetails, showPaths } from "./lib/details.js";
import { sign } from "./lib/kinds.js";
import { showListing } from "./lib/listing.js";
import { Model } from "./lib/model.js";
import { announce, config, copyText, count, el, fill, lang, t, textOf } from "./lib/page.js";

const NAMED_EDGES = 14;

const { start = "", base = "", limit = 60 } = config();
const page = (id) => document.getElementById(id);
// A small screen has room for fewer.
const model = new Model({ base, limit: Math.min(limit, innerWidth < 700 ? 16 : 40) });

const quiet = (promise) => promise.catch(tell);
const tell = (failure) => {
  fill(page("explore-message"), el("div", { class: "alert error", role: "alert" }, el("p", {}, failure.message)));
};

// Cytoscape would add a style element, which the content security policy forbids; explore.css has the same rule.
document.head.append(el("template", { id: "__________cytoscape_stylesheet" }));
const drawing = page("drawing");
const cy = createCanvas(drawing);

// --- from the model to the drawing -------------------------------------------------------------------------------

function draw() {
  const wanted = new Map();
  const route = new Set(model.routeNodes());
  for (const node of model.nodes.values()) wanted.set(node.iri, nodeElement(node, route));
  for (const [iri, more] of model.more) if (model.nodes.has(iri)) {
    wanted.set(`more ${iri}`, { group: "nodes", data: { id: `more ${iri}`, of: iri, label: t(`还有 ${more} 个`, `${more} more`) }, classes: "more" });
    wanted.set(`to more ${iri}`, { group: "edges", data: { id: `to more ${iri}`, source: iri, target: `more ${iri}` }, classes: "to-more" });
  }
  for (const [key, edge] of model.edges) if (model.nodes.has(edge.source) && model.nodes.has(edge.target))
    wanted.set(key, edgeElement(key, edge));
  cy.batch(() => {
    cy.elements().filter((element) => !wanted.has(element.id())).remove();
    for (const [id, element] of wanted) {
      const present = cy.getElementById(id);
      if (present.nonempty()) present.data(element.data).classes(element.classes);
    }
    const fresh = [...wanted.values()].filter((element) => cy.getElementById(element.data.id).empty());
    place(fresh.filter((element) => element.group === "nodes"));
    cy.add(fresh);
    filter();
  });
  mark();
  drawLegend();
  drawListing();
  remember();
  page("explore-count").textContent = t(
    `${count(shownNodes().length)} 个事物，${count(shownEdges().length)} 条联系`,
    `${count(shownNodes().length)} things, ${count(shownEdges().length)} links`);
}

function nodeElement(node, route) {
  const classes = [node.iri === model.root && "start", route.has(node.iri) && "route"].filter(Boolean).join(" ");
  return { group: "nodes", data: { id: node.iri, label: wrapLabel(shorten(textOf(node.label))), kind: node.kind, degree: node.degree ?? 0 }, classes };
}

function edgeElement(key, edge) {
  const classes = [edge.inferred && "inferred", model.onRoute(edge) && "route"].filter(Boolean).join(" ");
  return { group: "edges", data: { id: key, source: edge.source, target: edge.target, label: edgeLabel(textOf(edge.propertyLabel), edge.inferred) }, classes };
}

const MOST = lang === "zh" ? 36 : 64;
const shorten = (text) => ([...text].length > MOST ? `${[...text].slice(0, MOST - 1).join("")}…` : text);

/** New things start beside the thing that brought them, so that the layout only has to spread them. */
function place(elements) {
  elements.forEach((element, n) => {
    const of = element.data.of ?? [...model.open].reverse().find(([, { neighbours }]) => neighbours.includes(element.data.id))?.[0];
    const anchor = of && cy.getElementById(of);
    const { x, y } = anchor?.nonempty() ? anchor.position() : { x: 0, y: 0 };
    const angle = n * 2.4;
    element.position = { x: x + (60 + 4 * n) * Math.cos(angle), y: y + (60 + 4 * n) * Math.sin(angle) };
  });
}

function filter() {
  cy.nodes().forEach((node) => {
    const thing = model.nodes.get(node.data("of") ?? node.id());
    node.toggleClass("off", !thing || model.isOff(thing));
  });
  cy.edges().forEach((edge) => {
    const off = (edge.hasClass("inferred") && !model.inferred) || edge.connectedNodes().some((node) => node.hasClass("off"));
    edge.toggleClass("off", off);
  });
}

const shownNodes = () => cy.nodes().filter((node) => isShown(node) && !node.hasClass("more")).map((node) => model.nodes.get(node.id()));
const shownEdges = () => cy.edges().filter((edge) => isShown(edge) && !edge.hasClass("to-more")).map((edge) => model.edges.get(edge.id()));

function mark() {
  cy.elements().removeClass("chosen named");
  const node = model.chosen ? cy.getElementById(model.chosen) : cy.collection();
  if (node.empty()) return;
  node.addClass("chosen");
  const edges = node.connectedEdges().filter(isShown);
  if (edges.length <= NAMED_EDGES) edges.not(".to-more").addClass("named");
}

function drawLegend() {
  // A checkbox that has the focus must keep it while the numbers change.
  const focused = document.activeElement?.dataset?.kind;
  fill(page("legend"), model.kinds().map(([kind, label, number]) =>
    el("li", {}, el("label", {},
      el("input", { type: "checkbox", checked: !model.hiddenKinds.has(kind), dataset: { kind }, onchange: (event) => {
        model.hiddenKinds[event.target.checked ? "delete" : "add"](kind);
        draw();
      } }),
      sign(kind), el("span", {}, textOf(label, kind)), el("span", { class: "muted small" }, String(number))))));
  if (focused) page("legend").querySelector(`[data-kind="${CSS.escape(focused)}"]`)?.focus();
}

function drawListing() {
  const edges = shownEdges().map((edge) => ({
    from: model.nodes.get(edge.source), to: model.nodes.get(edge.target), label: edge.propertyLabel, inferred: edge.inferred,
  }));
  showListing(page("listing"), shownNodes(), edges, (iri) => { choose(iri); page("details").focus(); });
}

let pushNext = false;
function remember() {
  const address = `${location.pathname}?${model.toParameters()}`;
  if (address !== location.pathname + location.search) history[pushNext ? "pushState" : "replaceState"](null, "", address);
  pushNext = false;
}

// --- what a person does ------------------------------------------------------------------------------------------

function choose(iri) {
  if (iri && !model.nodes.has(iri)) return;
  model.chosen = iri;
  mark();
  remember();
  if (!iri) {
    fill(page("details"), el("p", { class: "muted" }, t("点选一个事物，这里显示它的内容。", "Choose a thing to see what is known of it.")));
    return;
  }
  const node = model.nodes.get(iri);
  announce(`${textOf(node.label)}, ${textOf(node.kindLabel, node.kind)}`);
  const links = shownEdges().filter((edge) => edge.source === iri || edge.target === iri).map((edge) => ({
    label: textOf(edge.propertyLabel), forward: edge.source === iri, inferred: edge.inferred,
    other: model.nodes.get(edge.source === iri ? edge.target : edge.source),
  }));
  const show = (summary) => model.chosen === iri && showDetails(page("details"), node, summary, links, {
    expanded: model.open.has(iri),
    toggle: () => quiet(toggle(iri)),
    more: model.more.get(iri) ?? 0,
    showMore: () => quiet(showMore(iri)),
    from: () => quiet(setEnd("from", node)),
    to: () => quiet(setEnd("to", node)),
    restart: () => quiet(restart(iri)),
    hide: () => hide(iri),
    choose: (other) => { choose(other); page("details").focus(); },
  });
  show(model.summaries.get(iri) ?? null);
  model.summary(iri).then(show, () => show({ facts: [] }));
}

async function toggle(iri) {
  if (model.open.has(iri)) model.collapse(iri);
  else await model.expand(iri);
  draw();
  choose(iri);
  await arrange(cy);
  announce(page("explore-count").textContent);
}

async function showMore(iri) {
  const now = model.open.get(iri).limit;
  if (now >= 500) { location.href = model.nodes.get(iri).page; return; }
  await model.expand(iri, Math.min(500, now + 60));
  draw();
  if (model.chosen === iri) choose(iri);
  await arrange(cy);
  announce(page("explore-count").textContent);
}

async function restart(iri) {
  pushNext = true;
  const from = model.from;
  model.clear(iri);
  model.from = from;
  await model.expand(iri);
  fill(page("paths"));
  draw();
  choose(iri);
  await arrange(cy, { fresh: true });
}

function hide(iri) {
  const node = cy.getElementById(iri);
  const next = node.neighborhood("node").filter((other) => isShown(other) && !other.hasClass("more"));
  model.hidden.add(iri);
  draw();
  choose(next.nonempty() ? next[0].id() : null);
  announce(t("已隐藏", "Hidden"));
}

async function setEnd(end, thing) {
  model[end] = thing;
  page(end).value = textOf(thing?.label ?? {});
  remember();
  if (!model.from || !model.to) { page(model.from ? "to" : "from").focus(); return; }
  await model.findPaths();
  draw();
  drawPaths();
  page("paths-panel").open = true;
  announce(model.paths.length ? t(`找到 ${model.paths.length} 条路径`, `${model.paths.length} paths found`) : t("没有找到路径", "No path found"));
  await arrange(cy, { upon: route });
}

/** The shown path in the drawing; nothing where there is none. */
const route = () => {
  const found = cy.elements(".route");
  return found.nonempty() ? found : null;
};

function drawPaths() {
  if (!model.paths) { fill(page("paths")); return; }
  showPaths(page("paths"), model.paths, model.shown, {
    choose: (iri) => choose(iri),
    show: async (n) => {
      model.shown = n;
      await model.takeRoute();
      draw();
      drawPaths();
      await arrange(cy, { upon: route });
    },
  });
}

// --- wiring ------------------------------------------------------------------------------------------------------

cy.on("tap", "node", (event) => {
  const node = event.target;
  if (node.hasClass("more")) { quiet(showMore(node.data("of"))); return; }
  const iri = node.id();
  if (model.open.has(iri)) choose(iri);
  else quiet(toggle(iri));
});
cy.on("tap", (event) => { if (event.target === cy) choose(null); });
cy.on("mouseover", "edge", (event) => { event.target.not(".to-more").addClass("named"); });
cy.on("mouseout", "edge", mark);
cy.on("mouseover", "node", (event) => {
  drawing.classList.add("over-node");
  const edges = event.target.connectedEdges().filter(isShown).not(".to-more");
  if (edges.length <= NAMED_EDGES) edges.addClass("named");
});
cy.on("mouseout", "node", () => { drawing.classList.remove("over-node"); mark(); });

const zoomBy = (factor) => cy.zoom({ level: cy.zoom() * factor, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } });
const KEYS = {
  Enter: () => model.chosen && quiet(toggle(model.chosen)),
  Delete: () => model.chosen && hide(model.chosen),
  Backspace: () => model.chosen && hide(model.chosen),
  Home: () => choose(model.root),
  Escape: () => choose(null),
  "+": () => zoomBy(1.25), "=": () => zoomBy(1.25), "-": () => zoomBy(0.8), 0: () => fit(cy), f: () => fit(cy),
  l: () => quiet(arrange(cy, { fresh: true })),
};

drawing.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.startsWith("Arrow")) {
    event.preventDefault();
    if (!model.chosen) { choose(model.root); return; }
    const next = neighbourTowards(cy, cy.getElementById(model.chosen), event.key);
    if (next.nonempty() && !next.hasClass("more")) {
      choose(next.id());
      const box = next.renderedBoundingBox();
      if (box.x1 < 0 || box.y1 < 0 || box.x2 > cy.width() || box.y2 > cy.height()) cy.center(next);
    }
  } else if (KEYS[event.key]) {
    event.preventDefault();
    KEYS[event.key]();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, textarea, select, dialog")) return;
  if (event.key === "/") { event.preventDefault(); page("find").focus(); }
  else if (event.key === "?") page("help").showModal();
});

combobox(page("find"), { onPick: (thing) => { page("find").value = ""; quiet(restart(thing.iri)); drawing.focus(); } });
for (const end of ["from", "to"]) {
  combobox(page(end), { keepLabel: true, onPick: (thing) => quiet(setEnd(end, thing)) });
  page(end).addEventListener("change", () => {
    if (page(end).value.trim()) return;
    Object.assign(model, { [end]: null, paths: null });
    draw();
    drawPaths();
  });
}
page("swap").addEventListener("click", () => {
  [model.from, model.to] = [model.to, model.from];
  for (const end of ["from", "to"]) page(end).value = textOf(model[end]?.label ?? {});
  if (model.from && model.to) quiet(setEnd("to", model.to));
});
page("inferred").addEventListener("change", (event) => { model.inferred = event.target.checked; draw(); });
page("arrange").addEventListener("click", () => quiet(arrange(cy, { fresh: true })));
page("fit").addEventListener("click", () => fit(cy));
page("zoom-in").addEventListener("click", () => zoomBy(1.25));
page("zoom-out").addEventListener("click", () => zoomBy(0.8));
page("show-help").addEventListener("click", () => page("help").showModal());
page("share").addEventListener("click", (event) => copyText(location.href, event.currentTarget));
addEventListener("popstate", () => quiet(restore()));

async function restore() {
  drawing.setAttribute("aria-busy", "true");
  try {
    await model.restore(new URLSearchParams(location.search), start);
    page("inferred").checked = model.inferred;
    for (const end of ["from", "to"]) page(end).value = textOf(model[end]?.label ?? {});
    draw();
    drawPaths();
    if (model.paths) page("paths-panel").open = true;
    choose(model.chosen ?? model.root);
    await arrange(cy, { fresh: true, upon: route });
  } finally {
    drawing.removeAttribute("aria-busy");
    drawing.dataset.ready = "true";
  }
}

document.fonts.ready.then(() => quiet(restore()));
