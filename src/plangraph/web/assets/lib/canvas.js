// The drawing of the graph view: cytoscape with its look, its layout, and movements that suit the keyboard.
import cytoscape from "cytoscape";
import fcose from "cytoscape-fcose";
import { colourOf, signPicture } from "./kinds.js";
import { t } from "./page.js";

cytoscape.use(fcose);

const FONT = '"Noto Sans CJK SC", "Noto Sans SC", "PingFang SC", "Microsoft YaHei", sans-serif';
const GLIDE = 350;
const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
const colour = (name, otherwise) => getComputedStyle(document.documentElement).getPropertyValue(name).trim() || otherwise;

const look = () => {
  const text = colour("--text", "#1b2330");
  const surface = colour("--surface", "#ffffff");
  const accent = colour("--accent", "#1f5fbf");
  const line = colour("--edge", "#9aa5b4");
  return [
    { selector: "node", style: {
      shape: "ellipse", "background-color": (node) => colourOf(node.data("kind")),
      "background-image": (node) => signPicture(node.data("kind"), surface, colourOf(node.data("kind"))), "background-width": "58%", "background-height": "58%",
      "background-image-containment": "inside",
      width: (node) => size(node), height: (node) => size(node),
      label: "data(label)", color: text, "font-family": FONT, "font-size": 13, "text-wrap": "wrap", "text-max-width": 400,
      "text-valign": "bottom", "text-margin-y": 4, "min-zoomed-font-size": 7,
      "text-background-color": surface, "text-background-opacity": 0.9, "text-background-padding": 2, "text-background-shape": "round-rectangle",
      "border-width": 1.5, "border-color": surface,
    } },
    { selector: "node.start", style: { "font-size": 14, "font-weight": 700 } },
    { selector: "node.more", style: {
      width: 26, height: 26, "background-image": "none", "background-color": surface, "border-width": 1.5, "border-style": "dashed", "border-color": line,
      color: colour("--text-muted", "#566171"),
    } },
    { selector: "node:selected, node.chosen", style: { "border-width": 4, "border-color": accent, "border-opacity": 1, "z-index": 20, "font-weight": 700 } },
    { selector: "edge", style: {
      width: 1.4, "line-color": line, "curve-style": "bezier", "target-arrow-shape": "triangle", "target-arrow-color": line, "arrow-scale": 0.8,
      "font-family": FONT, "font-size": 11, color: text, "text-background-color": surface, "text-background-opacity": 0.92,
      "text-background-padding": 2, "text-rotation": "autorotate", "min-zoomed-font-size": 7,
    } },
    { selector: "edge.inferred", style: { "line-style": "dashed", "line-dash-pattern": [6, 4] } },
    { selector: "edge.to-more", style: { "target-arrow-shape": "none", "line-style": "dotted" } },
    { selector: "edge.named", style: { label: "data(label)", "line-color": accent, "target-arrow-color": accent, width: 2.2, "z-index": 15 } },
    { selector: "edge.route", style: { label: "data(label)", "line-color": colour("--c-goal", "#b3471d"), "target-arrow-color": colour("--c-goal", "#b3471d"), width: 4, "z-index": 18 } },
    { selector: "node.route", style: { "border-width": 4, "border-color": colour("--c-goal", "#b3471d") } },
    { selector: ".faded", style: { opacity: 0.28 } },
    { selector: ".off", style: { display: "none" } },
  ];
};

const size = (node) => (node.hasClass("start") ? 44 : Math.min(42, 18 + 4 * Math.log2(1 + (node.data("degree") ?? 0))));

/** A drawing in `container`. */
export function createCanvas(container) {
  const cy = cytoscape({
    container, style: look(), minZoom: 0.15, maxZoom: 3, boxSelectionEnabled: false, selectionType: "single",
  });
  // The canvases are pictures to a screen reader; the list under them says the same in words.
  for (const canvas of container.querySelectorAll("canvas")) canvas.setAttribute("aria-hidden", "true");
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => cy.style(look()));
  return cy;
}

/** Whether an element is drawn. */
export const isShown = (element) => !element.hasClass("off");

/** Bring the whole drawing into view; a small one isn't blown up. */
export function fit(cy, elements = cy.elements().filter(isShown)) {
  if (elements.empty()) return;
  const target = bestView(cy, elements);
  if (calm) cy.viewport(target);
  else cy.animate({ ...target, duration: 250 });
}

function bestView(cy, elements) {
  const bounds = elements.boundingBox();
  const margin = 36;
  const zoom = Math.min(1.25, (cy.width() - 2 * margin) / Math.max(1, bounds.w), (cy.height() - 2 * margin) / Math.max(1, bounds.h));
  const kept = Math.max(cy.minZoom(), zoom);
  return { zoom: kept, pan: { x: cy.width() / 2 - (kept * (bounds.x1 + bounds.x2)) / 2, y: cy.height() / 2 - (kept * (bounds.y1 + bounds.y2)) / 2 } };
}

/**
 * Arrange what is drawn. `fresh` starts from nothing; else things stay about where they are.
 * `upon()` gives the elements to bring into view, all where it gives none. Resolves when it stands.
 */
export function arrange(cy, { fresh = false, upon = null } = {}) {
  const drawn = cy.elements().filter(isShown);
  if (drawn.nodes().length < 2) { fit(cy); return Promise.resolve(); }
  const nodes = drawn.nodes();
  const before = new Map(nodes.map((node) => [node.id(), { ...node.position() }]));
  drawn.layout({
    name: "fcose", quality: "default", randomize: fresh, animate: false, fit: false, packComponents: true,
    nodeDimensionsIncludeLabels: true, uniformNodeDimensions: false, nodeRepulsion: 14_000, idealEdgeLength: 100, edgeElasticity: 0.4,
    nodeSeparation: 95, gravity: 0.22, gravityRange: 3.2, numIter: 3000, tilingPaddingVertical: 24, tilingPaddingHorizontal: 24,
  }).run();
  separate(nodes);
  const target = () => upon?.() ?? undefined;
  if (calm || fresh) { fit(cy, target()); return Promise.resolve(); }
  // The layout is known; now let things glide there from where they were.
  const after = new Map(nodes.map((node) => [node.id(), { ...node.position() }]));
  const view = bestView(cy, target() ?? drawn);
  nodes.positions((node) => before.get(node.id()));
  cy.animate({ ...view, duration: GLIDE });
  return Promise.all(nodes.map((node) => node.animation({ position: after.get(node.id()), duration: GLIDE }).play().promise()));
}

/** Push apart, along the shorter way, what still covers another thing or its name after the layout. */
function separate(nodes) {
  const boxes = nodes.map((node) => {
    const { x1, x2, y1, y2 } = node.boundingBox({ includeLabels: true, includeOverlays: false });
    return { node, x: (x1 + x2) / 2, y: (y1 + y2) / 2, w: x2 - x1 + 8, h: y2 - y1 + 6, dx: 0, dy: 0 };
  });
  for (let round = 0; round < 60; round++) {
    let moved = false;
    for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
      const [a, b] = [boxes[i], boxes[j]];
      const overX = (a.w + b.w) / 2 - Math.abs(a.x + a.dx - b.x - b.dx);
      const overY = (a.h + b.h) / 2 - Math.abs(a.y + a.dy - b.y - b.dy);
      if (overX <= 0.5 || overY <= 0.5) continue;
      moved = true;
      const [axis, over] = overX < overY ? ["x", overX] : ["y", overY];
      const sign = a[axis] + a[`d${axis}`] < b[axis] + b[`d${axis}`] ? -1 : 1;
      a[`d${axis}`] += (sign * over) / 2;
      b[`d${axis}`] -= (sign * over) / 2;
    }
    if (!moved) break;
  }
  for (const { node, dx, dy } of boxes) node.shift({ x: dx, y: dy });
}

/** The neighbour of `node` that lies most nearly in a direction (`ArrowUp` …), or an empty collection. */
export function neighbourTowards(cy, node, key) {
  const towards = { ArrowRight: 0, ArrowDown: Math.PI / 2, ArrowLeft: Math.PI, ArrowUp: -Math.PI / 2 }[key];
  const here = node.position();
  let best = cy.collection();
  let least = Math.PI / 2;
  node.neighborhood("node").filter(isShown).forEach((other) => {
    const { x, y } = other.position();
    const angle = Math.atan2(y - here.y, x - here.x);
    const off = Math.abs(Math.atan2(Math.sin(angle - towards), Math.cos(angle - towards)));
    if (off < least) { least = off; best = other; }
  });
  return best;
}

/** What a link is called in the drawing, an inferred one said so. */
export const edgeLabel = (label, inferred) => (inferred ? `${label}${t("（推断）", " (inferred)")}` : label);

const WIDTH = 10;
const wide = /[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’]/;
const measure = (text) => [...text].reduce((sum, char) => sum + (wide.test(char) ? 1 : 0.55), 0);
// What must not begin a line (GB/T 15834, section 5.1) or end one.
const NOT_FIRST = /^[，。、；：？！）》」』”’%‰,.;:?!)\]]/;
const NOT_LAST = /[（《「『“‘([]$/;

/** A label in lines of about equal length: Chinese is broken between characters, other words between words. */
export function wrapLabel(text) {
  const pieces = text.match(/[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’]|[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\u3000-\u303f“”‘’]+\s*|\s+/g) ?? [text];
  const lines = Math.max(1, Math.ceil(measure(text) / WIDTH));
  const aim = measure(text) / lines;
  const done = [];
  let line = "";
  for (const piece of pieces) {
    // A word goes where the greater part of it is: so no line is much longer than another.
    const full = measure(line) + measure(piece.trimEnd()) / 2 > aim && done.length < lines - 1;
    if (line && full && !NOT_FIRST.test(piece) && !NOT_LAST.test(line)) {
      done.push(line.trimEnd());
      line = "";
    }
    line += piece;
  }
  return [...done, line.trimEnd()].filter(Boolean).join("\n");
}
