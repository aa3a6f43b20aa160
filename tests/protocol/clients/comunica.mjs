// Runs queries through Comunica: a JSON list of {kind, query, sources} comes in, a JSON list of answers goes out.
// Usage: node comunica.mjs FOLDER, where the folder has Comunica in its node_modules.
import { createRequire } from "node:module";
import { join } from "node:path";

const { QueryEngine } = createRequire(join(process.argv[2], "package.json"))("@comunica/query-sparql");
const engine = new QueryEngine();

const ways = {
  select: async (query, context) => {
    const rows = await (await engine.queryBindings(query, context)).toArray();
    return rows.map((row) => Object.fromEntries([...row].map(([name, term]) => [name.value, shown(term)])));
  },
  ask: (query, context) => engine.queryBoolean(query, context),
  graph: async (query, context) => {
    const quads = await (await engine.queryQuads(query, context)).toArray();
    return quads.map(({ subject, predicate, object }) => [subject, predicate, object].map(shown));
  },
  update: async (query, context) => {
    await engine.queryVoid(query, context);
    return null;
  },
};

function shown(term) {
  return term.language ? `${term.value}@${term.language}` : term.value;
}

function withHeaders(headers) {
  return headers ? { fetch: (input, init) => fetch(input, { ...init, headers: merged(init?.headers, headers) }) } : {};
}

function merged(given, added) {
  const all = new Headers(given);
  for (const [name, value] of Object.entries(added)) all.set(name, value);
  return all;
}

let input = "";
for await (const piece of process.stdin) input += piece;
const answers = [];
for (const { kind, query, sources, destination, headers } of JSON.parse(input)) {
  try {
    const context = { sources, ...(destination ? { destination } : {}), ...withHeaders(headers) };
    answers.push({ answer: await ways[kind](query, context) });
  } catch (fault) {
    answers.push({ fault: fault.message });
  }
}
process.stdout.write(JSON.stringify(answers));
