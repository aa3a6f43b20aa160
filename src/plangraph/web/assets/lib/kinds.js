// How each class of things looks: the site's colour and sign, whose shape differs where eyes can't tell colours apart.
import { config, el } from "./page.js";

// `signs` maps the local name of a class to `{name, svg}`; the server draws the same signs on all pages.
const { signs = {} } = config();
const OTHER = { name: "other", svg: '<svg class="sign" viewBox="0 0 16 16" width="16" height="16"><circle cx="8" cy="8" r="5.5"/></svg>' };
const signOf = (kind) => signs[kind] ?? OTHER;

/** The colour of a class, as the design system has it. */
export const colourOf = (kind) =>
  getComputedStyle(document.documentElement).getPropertyValue(`--c-${signOf(kind).name}`).trim() || "#5d6875";

/** The sign of a class as an element. */
export function sign(kind) {
  const parsed = new DOMParser().parseFromString(signOf(kind).svg, "text/html").querySelector("svg");
  return document.importNode(parsed, true);
}

/** The sign in one colour, as the address of a picture for the canvas; `behind` is the colour it stands on. */
export function signPicture(kind, colour, behind) {
  const svg = sign(kind);
  svg.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  svg.setAttribute("width", "64");
  svg.setAttribute("height", "64");
  for (const part of svg.children) {
    const line = part.classList.contains("line") || part.classList.contains("cut");
    part.setAttribute("fill", line ? "none" : colour);
    if (line) {
      part.setAttribute("stroke", part.classList.contains("cut") ? behind : colour);
      part.setAttribute("stroke-width", "1.5");
    }
  }
  return `data:image/svg+xml,${encodeURIComponent(svg.outerHTML)}`;
}

/** A sign with the class's name. */
export const kindChip = (kind, label) => el("span", { class: "kind" }, sign(kind), label);
