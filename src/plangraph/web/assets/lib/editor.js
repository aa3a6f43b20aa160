// The text editor that the query page and the validation page share: CodeMirror 6 with the site's colours and language.
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { EditorState, StateEffect, StateField } from "@codemirror/state";
import {
  Decoration, drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap,
  lineNumbers, placeholder,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { lang, nonce } from "./page.js";

// CodeMirror's own strings, https://codemirror.net/examples/translate/ lists them.
const CHINESE = {
  "Control character": "控制字符", "Selection deleted": "已删除选中内容", "Go to line": "跳到行", go: "跳转", Find: "查找",
  Replace: "替换为", next: "下一个", previous: "上一个", all: "全部", "match case": "区分大小写", "by word": "整词", replace: "替换",
  "replace all": "全部替换", close: "关闭", "current match": "当前匹配", "replaced $ matches": "已替换 $ 处",
  "replaced match on line $": "已替换第 $ 行的匹配", "on line": "在行", regexp: "正则", Completions: "补全建议",
  Diagnostics: "问题", "No diagnostics": "没有问题",
};

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.definitionKeyword], color: "var(--code-keyword)", fontWeight: "600" },
  { tag: [tags.variableName, tags.special(tags.variableName)], color: "var(--code-variable)" },
  { tag: [tags.string, tags.annotation], color: "var(--code-string)" },
  { tag: [tags.integer, tags.float, tags.number, tags.bool], color: "var(--code-number)" },
  { tag: [tags.namespace, tags.propertyName], color: "var(--code-name)" },
  { tag: [tags.url, tags.typeName], color: "var(--code-iri)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
]);

const theme = EditorView.theme({
  "&": { fontSize: "0.9rem", backgroundColor: "var(--surface)", color: "var(--text)", height: "100%" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-1px" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.55", scrollbarGutter: "stable" },
  ".cm-gutters": {
    backgroundColor: "var(--surface-sunk)", color: "var(--text-muted)", borderRight: "1px solid var(--border)",
  },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--accent) 6%, transparent)" },
  ".cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--accent) 12%, transparent)" },
  ".cm-placeholder": { color: "var(--text-muted)" },
  ".cm-tooltip": {
    backgroundColor: "var(--surface)", border: "1px solid var(--border)", borderRadius: "6px",
    boxShadow: "0 4px 16px rgb(20 30 50 / .16)",
  },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "inherit", maxHeight: "20em" },
  ".cm-tooltip-autocomplete > ul > li": { padding: "3px 10px", display: "flex", gap: "1em", alignItems: "baseline" },
  ".cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-completionDetail": { marginLeft: "auto", fontStyle: "normal", opacity: "0.85" },
  ".cm-completionIcon": { display: "none" },
  ".cm-marked-line": { backgroundColor: "var(--mark)" },
  ".cm-diagnostic": { padding: "6px 10px" },
}, { dark: matchMedia("(prefers-color-scheme: dark)").matches });

const markLines = StateEffect.define();
const markedLines = StateField.define({
  create: () => Decoration.none,
  update(marks, transaction) {
    marks = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(markLines)) {
        const { doc } = transaction.state;
        const lines = effect.value.filter((n) => n >= 1 && n <= doc.lines).sort((a, b) => a - b);
        marks = Decoration.set(lines.map((n) => Decoration.line({ class: "cm-marked-line" }).range(doc.line(n).from)));
      }
    }
    return marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

// Chromium keeps the look of coloured text that is typed over in a style attribute, which the content security policy
// forbids: typing over a selection is done here instead of by the browser.
const typeOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const plain = event.inputType === "insertText" && event.data !== null && !event.isComposing && !view.composing;
    if (!plain || view.state.readOnly || view.state.selection.ranges.every((range) => range.empty)) return false;
    event.preventDefault();
    view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
    return true;
  },
});

/**
 * An editor in `parent`. `label` names it for screen readers; `extensions` add language, completion and keys.
 *
 * Tab indents; Escape and then Tab leaves the editor, as CodeMirror provides.
 */
export function createEditor({ parent, doc, label, hint = "", extensions = [], onChange = () => {} }) {
  return new EditorView({
    parent,
    doc,
    extensions: [
      EditorView.cspNonce.of(nonce()),
      extensions,
      lineNumbers(), highlightActiveLineGutter(), highlightActiveLine(), highlightSpecialChars(), drawSelection(),
      history(), indentOnInput(), bracketMatching(), highlightSelectionMatches(), lintGutter(), search({ top: true }), markedLines, typeOver,
      syntaxHighlighting(colours), theme,
      EditorView.lineWrapping,
      placeholder(hint),
      EditorState.phrases.of(lang === "zh" ? CHINESE : {}),
      EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0", spellcheck: "false", autocapitalize: "off" }),
      EditorView.updateListener.of((update) => update.docChanged && onChange(update.state.doc.toString())),
      keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...lintKeymap, indentWithTab]),
    ],
  });
}

/** Replace the whole text, as one step that can be undone. */
export const setText = (view, text) =>
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text }, selection: { anchor: 0 }, scrollIntoView: true });

/** The offset of a 1-based line and column (in code points), kept inside the text. */
export function offsetAt(view, line, column = 1) {
  const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines));
  const before = [...at.text].slice(0, Math.max(column - 1, 0)).join("");
  return Math.min(at.from + before.length, at.to);
}

/** Colour these lines, and bring the first into view with the cursor on it. */
export function showLines(view, lines, { focus = true } = {}) {
  const first = lines.length ? offsetAt(view, lines[0]) : null;
  view.dispatch({
    effects: [markLines.of(lines), ...(first === null ? [] : [EditorView.scrollIntoView(first, { y: "center" })])],
    ...(first === null ? {} : { selection: { anchor: first } }),
  });
  if (focus && first !== null) view.focus();
}
