// What every page's module needs: its language, its data, elements, messages that screen readers hear, and requests.

export const lang = document.documentElement.lang.toLowerCase().startsWith("zh") ? "zh" : "en";

/** The text in the page's language. */
export const t = (zh, en) => (lang === "zh" ? zh : en);

/** The data that the server put into the page. */
export const config = () => JSON.parse(document.getElementById("config")?.textContent || "{}");

/** A label by language, in the page's language where there is one. */
export const textOf = (label, fallback = "") => label?.[lang] || label?.zh || label?.en || fallback;

/** The nonce that styles made by scripts need under the page's content security policy. */
export const nonce = () => document.querySelector('meta[name="csp-nonce"]')?.content ?? "";

/** An element with attributes and children; `on*` attributes are listeners, null and false are left out. */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "class") node.className = value;
    else if (name === "dataset") Object.assign(node.dataset, value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Replace what a node holds. */
export const fill = (node, ...children) => {
  node.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return node;
};

/** Say something to screen readers, without moving the focus. */
export function announce(text) {
  let region = document.getElementById("announcer");
  if (!region) {
    region = el("div", { id: "announcer", class: "visually-hidden", role: "status", "aria-live": "polite" });
    document.body.append(region);
  }
  region.textContent = text;
}

/** A function that runs `action` once calls have paused for `ms`. */
export function debounced(action, ms) {
  let timer = 0;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => action(...args), ms);
  };
}

/** A request that failed: `problem` is the server's problem document (RFC 9457), as far as there is one. */
export class RequestFailed extends Error {
  constructor(status, problem) {
    super(problem.detail || problem.title || t(`请求失败（${status}）`, `The request failed (${status})`));
    this.status = status;
    this.problem = problem;
  }
}

/**
 * `fetch` in the page's language that throws `RequestFailed` for an answer that isn't a success.
 *
 * An answer whose status is among `allowed` is given back all the same where it is a page.
 */
export async function request(address, { allowed = [], ...options } = {}) {
  let response;
  try {
    response = await fetch(address, {
      ...options,
      headers: { "Accept-Language": lang === "zh" ? "zh-CN" : "en", ...options.headers },
    });
  } catch (failure) {
    if (failure.name === "AbortError") throw failure;
    throw new RequestFailed(0, { detail: t("连不上服务器。请检查网络后重试。", "The server can't be reached. Check the connection and try again.") });
  }
  const isPage = response.headers.get("content-type")?.startsWith("text/html");
  if (!response.ok && !(isPage && allowed.includes(response.status))) {
    const text = await response.text();
    let problem;
    try {
      problem = JSON.parse(text);
    } catch {
      problem = { detail: response.headers.get("content-type")?.startsWith("text/plain") ? text : "" };
    }
    throw new RequestFailed(response.status, problem);
  }
  return response;
}

/** The JSON at an address. */
export const requestJson = async (address, options = {}) =>
  (await request(address, { ...options, headers: { Accept: "application/json", ...options.headers } })).json();

/** Offer bytes as a file. */
export function download(blob, filename) {
  const address = URL.createObjectURL(blob);
  const link = el("a", { href: address, download: filename });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** Put text on the clipboard and say so; `button` shows a short confirmation. */
export async function copyText(text, button) {
  await navigator.clipboard.writeText(text);
  const before = button.textContent;
  button.textContent = t("已复制", "Copied");
  announce(button.textContent);
  setTimeout(() => (button.textContent = before), 1600);
}

/** A whole number with thousands separators. */
export const count = (n) => new Intl.NumberFormat(lang === "zh" ? "zh-CN" : "en").format(n);

/** Keep the fragment, which holds a page's state, when the language is switched. */
export function keepFragment() {
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[hreflang]");
    if (link && location.hash) link.hash = location.hash;
  });
}
