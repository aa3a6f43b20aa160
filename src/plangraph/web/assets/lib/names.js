// Labels and pages of IRIs, asked of the server in groups and kept.
import { requestJson } from "./page.js";

const ROOM = 300;
const known = new Map();

/** What an IRI is called: `{iri, label: {zh, en}, kind, page}`; undefined where the graph doesn't know it or wasn't asked. */
export const nameOf = (iri) => known.get(iri) || undefined;

/** Ask for the names of all these IRIs that aren't known yet. */
export async function learnNames(iris) {
  const unknown = [...new Set(iris)].filter((iri) => !known.has(iri));
  for (let i = 0; i < unknown.length; i += ROOM) {
    const part = unknown.slice(i, i + ROOM);
    const { names } = await requestJson("/api/names", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ iris: part }),
    });
    for (const iri of part) known.set(iri, names[iri] ?? null);
  }
}
