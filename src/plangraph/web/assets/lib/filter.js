// The results of a report, those that are asked for: by severity, by rule, by text.
import { t } from "./page.js";

/** Make the filter of `report` work, where it has one. */
export function filterResults(report) {
  const form = report.querySelector("#result-filter");
  if (!form) return;
  const groups = [...report.querySelectorAll(".thing-results")].map((section) => ({
    section,
    head: section.querySelector("h3").textContent.toLowerCase(),
    items: [...section.querySelectorAll(".finding")],
  }));
  const all = groups.reduce((sum, group) => sum + group.items.length, 0);
  const apply = () => {
    const data = new FormData(form);
    const severities = new Set(data.getAll("severity"));
    const shape = data.get("shape");
    const words = data.get("text").trim().toLowerCase();
    let shown = 0;
    for (const { section, head, items } of groups) {
      let here = 0;
      for (const item of items) {
        const fits = severities.has(item.dataset.severity) && (!shape || item.dataset.shape === shape)
          && (!words || head.includes(words) || item.textContent.toLowerCase().includes(words));
        item.hidden = !fits;
        here += fits;
      }
      section.hidden = here === 0;
      shown += here;
    }
    form.querySelector("#filter-count").textContent = shown === all ? "" : t(`显示 ${shown} / ${all}`, `${shown} of ${all} shown`);
  };
  form.addEventListener("input", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
}
