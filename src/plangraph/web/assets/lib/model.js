// What the graph view shows, apart from how: the things and links fetched so far, what is expanded, hidden, filtered.
// All of it goes into the address, so that a view can be shared.
import { requestJson } from "./page.js";

const json = (body) => ({ method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });

export class Model {
  /** `base` is the common beginning of the IRIs of things, left out in the address; `limit` what one expansion adds. */
  constructor({ base, limit }) {
    this.base = base;
    this.limit = limit;
    this.clear("");
  }

  clear(root) {
    Object.assign(this, {
      root, nodes: new Map(), edges: new Map(), open: new Map(), more: new Map(), summaries: new Map(), hidden: new Set(),
      from: null, to: null, paths: null, shown: 0, chosen: null,
    });
    this.hiddenKinds ??= new Set();
    this.inferred ??= true;
  }

  #add({ nodes, edges }) {
    for (const node of nodes) this.nodes.set(node.iri, node);
    for (const edge of edges) this.edges.set(`${edge.source} ${edge.property} ${edge.target}`, edge);
  }

  /** Fetch what is around a thing and keep it. */
  async expand(iri, limit = this.limit) {
    const found = await requestJson(`/api/neighbourhood?${new URLSearchParams({ iri, limit })}`);
    this.#add(found);
    this.open.set(iri, { limit, neighbours: found.nodes.map((node) => node.iri) });
    this.summaries.set(iri, found.thing);
    if (found.more) this.more.set(iri, found.more);
    else this.more.delete(iri);
    for (const node of found.nodes) this.hidden.delete(node.iri);
    await this.#join();
  }

  /** Fetch facts of a thing without what is around it. */
  async summary(iri) {
    if (!this.summaries.has(iri)) {
      const found = await requestJson(`/api/neighbourhood?${new URLSearchParams({ iri, limit: 0 })}`);
      this.summaries.set(iri, found.thing);
      if (!this.nodes.has(iri)) this.#add(found);
    }
    return this.summaries.get(iri);
  }

  /** Fetch the links between all things shown, also those that came by different ways. */
  async #join() {
    const { edges } = await requestJson("/api/links", json({ iris: [...this.nodes.keys()] }));
    this.#add({ nodes: [], edges });
  }

  /** Take back what came with a thing and hangs on nothing else. */
  collapse(iri) {
    const kept = new Set([this.root, iri, this.from?.iri, this.to?.iri, ...this.routeNodes(), ...this.open.keys()]);
    const held = new Set([...this.open].filter(([other]) => other !== iri).flatMap(([, { neighbours }]) => neighbours));
    for (const neighbour of this.open.get(iri)?.neighbours ?? []) if (!kept.has(neighbour) && !held.has(neighbour)) this.drop(neighbour);
    this.open.delete(iri);
    this.more.delete(iri);
  }

  drop(iri) {
    this.nodes.delete(iri);
    for (const [key, edge] of this.edges) if (edge.source === iri || edge.target === iri) this.edges.delete(key);
  }

  /** Find the paths between `from` and `to` and keep what lies on them. */
  async findPaths() {
    const { paths } = await requestJson(`/api/path?${new URLSearchParams({ from: this.from.iri, to: this.to.iri })}`);
    this.paths = paths;
    this.shown = 0;
    await this.takeRoute();
  }

  /** Bring the things and links of the shown path into the drawing. */
  async takeRoute() {
    for (const hop of this.paths?.[this.shown]?.hops ?? []) {
      this.#add({
        nodes: [hop.subject, hop.object].map((thing) => this.nodes.get(thing.iri) ?? thing),
        edges: [{ source: hop.subject.iri, target: hop.object.iri, property: hop.property, propertyLabel: hop.propertyLabel, inferred: hop.inferred }],
      });
      for (const thing of [hop.subject, hop.object]) this.hidden.delete(thing.iri);
    }
    await this.#join();
  }

  routeNodes() {
    return (this.paths?.[this.shown]?.hops ?? []).flatMap((hop) => [hop.subject.iri, hop.object.iri]);
  }

  onRoute(edge) {
    return (this.paths?.[this.shown]?.hops ?? []).some((hop) =>
      hop.subject.iri === edge.source && hop.object.iri === edge.target && hop.property === edge.property);
  }

  isOff(node) {
    return this.hidden.has(node.iri) || (this.hiddenKinds.has(node.kind) && node.iri !== this.root);
  }

  /** The kinds of what was fetched: `[kind, label, number]`, the most frequent first. */
  kinds() {
    const found = new Map();
    for (const node of this.nodes.values()) {
      const entry = found.get(node.kind) ?? [node.kind, node.kindLabel, 0];
      entry[2] += 1;
      found.set(node.kind, entry);
    }
    return [...found.values()].sort((a, b) => b[2] - a[2] || a[0].localeCompare(b[0]));
  }

  #short = (iri) => (iri?.startsWith(this.base) ? iri.slice(this.base.length) : iri);
  #long = (text) => (/^[a-z][a-z0-9+.-]*:/i.test(text) ? text : this.base + text);

  /** The view as query parameters of an address. */
  toParameters() {
    const place = new URLSearchParams();
    if (this.root) place.set("iri", this.root);
    const open = [...this.open].filter(([iri]) => iri !== this.root || this.open.get(iri).limit !== this.limit);
    for (const [iri, { limit }] of open) place.append("open", this.#short(iri) + (limit === this.limit ? "" : ` ${limit}`));
    for (const iri of this.hidden) place.append("hide", this.#short(iri));
    if (this.hiddenKinds.size) place.set("without", [...this.hiddenKinds].join(","));
    if (!this.inferred) place.set("inferred", "0");
    if (this.from) place.set("from", this.#short(this.from.iri));
    if (this.to) place.set("to", this.#short(this.to.iri));
    if (this.paths && this.shown) place.set("path", String(this.shown + 1));
    if (this.chosen) place.set("at", this.#short(this.chosen));
    return place;
  }

  /** Fetch what `toParameters` wrote down; `root` is the start where the address names none. */
  async restore(place, root) {
    // A link to a path alone starts with the path.
    this.clear(place.get("iri") ?? (place.get("from") && place.get("to") ? "" : root));
    this.hiddenKinds = new Set((place.get("without") ?? "").split(",").filter(Boolean));
    this.inferred = place.get("inferred") !== "0";
    if (this.root) await this.expand(this.root);
    for (const entry of place.getAll("open").slice(0, 40)) {
      const [iri, limit] = entry.split(" ");
      await this.expand(this.#long(iri), Number.parseInt(limit, 10) || this.limit).catch(() => {});
    }
    const [from, to] = [place.get("from"), place.get("to")];
    if (from) this.from = await this.#known(this.#long(from));
    if (to) this.to = await this.#known(this.#long(to));
    if (this.from && this.to) {
      await this.findPaths();
      this.root ||= this.from.iri;
      this.shown = Math.min(Math.max(0, Number.parseInt(place.get("path") ?? "1", 10) - 1), Math.max(0, this.paths.length - 1)) || 0;
      await this.takeRoute();
    }
    for (const iri of place.getAll("hide")) this.hidden.add(this.#long(iri));
    if (place.get("at") && this.nodes.has(this.#long(place.get("at")))) this.chosen = this.#long(place.get("at"));
  }

  async #known(iri) {
    if (this.nodes.has(iri)) return this.nodes.get(iri);
    const { names } = await requestJson("/api/names", json({ iris: [iri] }));
    return names[iri] ?? null;
  }
}
