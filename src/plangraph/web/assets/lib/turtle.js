// Colours for Turtle and its relatives. Only for reading: what is right or wrong the server says.
import { StreamLanguage } from "@codemirror/language";

const RULES = [
  [/^#.*/, "comment"],
  [/^<[^>\s]*>/, "url"],
  [/^"(?:[^"\\]|\\.)*"?/, "string"],
  [/^@(?:prefix|base)\b/i, "keyword"],
  [/^(?:PREFIX|BASE|GRAPH)\b/i, "keyword"],
  [/^@[a-z]+(?:-[a-z0-9]+)*/i, "annotation"],
  [/^\^\^/, "operator"],
  [/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?/i, "number"],
  [/^(?:true|false)\b/, "bool"],
  [/^a(?=\s)/, "keyword"],
  [/^[\p{L}_][\p{L}\p{N}_.-]*:[\p{L}\p{N}_:%.-]*[\p{L}\p{N}_-]|^[\p{L}_]?[\p{L}\p{N}_-]*:/u, "propertyName"],
];

export const turtle = StreamLanguage.define({
  name: "turtle",
  startState: () => ({ long: false }),
  token(stream, state) {
    if (!state.long && stream.match('"""')) state.long = true;
    if (state.long) {
      if (stream.skipTo('"""')) { stream.match('"""'); state.long = false; }
      else stream.skipToEnd();
      return "string";
    }
    if (stream.eatSpace()) return null;
    for (const [pattern, token] of RULES) if (stream.match(pattern)) return token;
    stream.next();
    return null;
  },
  languageData: { commentTokens: { line: "#" } },
});
