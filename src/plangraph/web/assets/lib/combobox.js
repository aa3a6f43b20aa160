// A search field with suggestions, after the "combobox with list autocomplete" pattern of the ARIA Authoring Practices.
import { debounced, el, fill, requestJson, t, textOf } from "./page.js";

let serial = 0;

/**
 * Turn `input` into a field that finds things of the graph by label.
 *
 * `onPick(thing)` gets `{iri, label, kind, page}`; `types` is a list of class IRIs or null; the field keeps what was
 * typed unless `keepLabel`, which writes the label of what was picked.
 */
export function combobox(input, { onPick, types = null, keepLabel = false }) {
  const id = `suggestions-${++serial}`;
  const list = el("ul", { id, role: "listbox", class: "suggestions", "aria-label": t("搜索建议", "Suggestions"), hidden: true });
  const holder = el("div", { class: "combobox" });
  input.replaceWith(holder);
  holder.append(input, list);
  for (const [name, value] of Object.entries({
    role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list", autocomplete: "off",
  })) input.setAttribute(name, value);

  let hits = [];
  let active = -1;
  let asked = 0;

  const close = () => {
    list.hidden = true;
    active = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  };
  const mark = (n) => {
    active = n;
    [...list.children].forEach((item, i) => item.setAttribute("aria-selected", String(i === n)));
    if (n >= 0) {
      input.setAttribute("aria-activedescendant", `${id}-${n}`);
      list.children[n].scrollIntoView({ block: "nearest" });
    } else input.removeAttribute("aria-activedescendant");
  };
  const pick = (hit) => {
    if (keepLabel) input.value = textOf(hit.label, hit.iri);
    close();
    onPick(hit);
  };
  const show = () => {
    fill(list, hits.length
      ? hits.map((hit, n) => el("li", {
          id: `${id}-${n}`, role: "option", "aria-selected": "false",
          onmousedown: (event) => { event.preventDefault(); pick(hit); },
        },
        el("span", { class: "suggestion-label" }, textOf(hit.label, hit.iri)),
        el("span", { class: "suggestion-kind" }, textOf(hit.kindLabel))))
      : [el("li", { class: "suggestion-none", role: "option", "aria-disabled": "true", "aria-selected": "false" },
          t("没有找到", "Nothing found"))]);
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    mark(-1);
  };
  const ask = async () => {
    const text = input.value.trim();
    const turn = ++asked;
    if (!text) { hits = []; close(); return; }
    const query = new URLSearchParams({ q: text, limit: "10" });
    for (const type of types ?? []) query.append("type", type);
    const answer = await requestJson(`/api/search?${query}`).catch(() => ({ hits: [] }));
    if (turn === asked && document.activeElement === input) { hits = answer.hits; show(); }
  };
  const later = debounced(ask, 150);

  input.addEventListener("input", later);
  input.addEventListener("blur", close);
  input.addEventListener("keydown", async (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) { await ask(); return; }
      if (hits.length) mark((active + (event.key === "ArrowDown" ? 1 : hits.length + (active < 0 ? 0 : -1))) % hits.length);
    } else if (event.key === "Enter") {
      if (list.hidden && !input.value.trim()) return;
      event.preventDefault();
      if (list.hidden || !hits.length) await ask();
      if (hits.length) pick(hits[Math.max(active, 0)]);
    } else if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      close();
    }
  });
  return { close };
}
