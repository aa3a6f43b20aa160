// Sends a commit and tells what became of it: done, nothing to do, refused with its report, or overtaken by others.
import { announce, el, fill, RequestFailed, request, t, textOf } from "./page.js";

/**
 * Commit what `data` holds. `form` is the one that it came from, with an element `#committed` for what is told;
 * `again` checks the data once more, on what others have made of the graph meanwhile.
 */
export async function sendCommit(form, data, { again }) {
  const told = form.querySelector("#committed");
  const button = form.querySelector("[type=submit]");
  const token = data.get("token");
  data.delete("token");
  button.disabled = true;
  fill(told, el("p", { class: "running muted" }, t("正在提交…", "Committing…")));
  try {
    const headers = { Accept: "application/json", ...(token ? { Authorization: `Bearer ${token}` } : {}) };
    const response = await request("/api/commit", { method: "POST", body: data, headers });
    const done = await response.json();
    fill(told, done.change ? made(done, response.headers.get("Location")) : el("p", { class: "banner" }, done.detail));
  } catch (failure) {
    fill(told, refused(failure, again));
    button.disabled = false;
  }
  announce(told.textContent);
  told.scrollIntoView({ block: "nearest" });
}

const made = (done, address) => el("div", { class: "banner good" },
  el("p", {}, t(`✓ 已提交：新增 ${done.added} 条，移除 ${done.removed} 条陈述。`, `✓ Committed: ${done.added} statements added, ${done.removed} removed.`)),
  el("p", {}, el("a", { href: address }, t(`查看第 ${done.number} 次改动`, `See change ${done.number}`))));

function refused(failure, again) {
  const { conflict, report } = failure instanceof RequestFailed ? failure.problem : {};
  const faults = (report?.results ?? []).filter((result) => result.severity === "violation").slice(0, 20);
  return el("div", { class: "banner bad", role: "alert" },
    el("p", {}, failure.message),
    faults.length > 0 && el("ul", {}, faults.map((result) => el("li", {}, `${textOf(result.focusLabel, result.focusNode)}: ${textOf(result.message)}`))),
    conflict?.changes?.length > 0 && el("ul", {}, conflict.changes.map((change) => el("li", {},
      el("a", { href: `/history/${change.number}` }, t(`第 ${change.number} 次改动`, `Change ${change.number}`)),
      change.message ? t("：", ": ") + change.message : ""))),
    again && failure.status === 409 && el("p", {}, el("button", { type: "button", class: "button small", onclick: again }, t("对照最新数据再校验", "Check again against the newest data"))));
}
