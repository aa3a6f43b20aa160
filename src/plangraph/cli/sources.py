"""Commands about the texts of sources: holding one against the graph, attaching one, listing them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from plangraph.cli.base import TABLE, main, needs_folder, pass_lang, print_json, read_settings, store_option

if TYPE_CHECKING:
    from plangraph.audit import Account, Audit
    from plangraph.settings import Settings
    from plangraph.store.base import GraphStore


_KINDS: Final = {
    "measure": ("度量", "measures"),
    "date": ("日期", "dates"),
    "ordinal": ("序数", "ordinals"),
    "rank": ("位次", "ranks"),
    "name_part": ("名称中的数字", "parts of names"),
    "list_marker": ("编号", "list markers"),
}
_WAYS: Final = {
    "evidence": ("有出处", "evidence"),
    "name": ("属于名称", "names"),
    "omission": ("有意不收", "left out on purpose"),
    "numbering": ("编号", "numbering"),
    "differing": ("数值不符", "differing"),
    "missing": ("缺口", "missing"),
}


@main.command()
@click.argument("text", metavar="TEXT", type=click.Path(path_type=Path))
@click.option("--source", metavar="IRI", help="The source that TEXT is a version of; found by itself if not given.")
@click.option("--format", "format_name", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.option("--all", "everything", is_flag=True, help="Also list what is accounted for, and how.")
@store_option
@pass_lang
def audit(lang: str, /, text: Path, source: str | None, format_name: str, everything: bool, **given: Any) -> None:
    """Which figures of TEXT the graph accounts for; exit code 1 if one is missing or differs. 核对原文中的数字。"""
    from plangraph.attached import read_text
    from plangraph.audit import audit as hold_against
    from plangraph.entities import resolve
    from plangraph.opening import opened_store
    from plangraph.quantities import scan
    from plangraph.quotations import hashes_of_sources
    from plangraph.terminal import say

    settings = read_settings(**given)
    read = read_text(text, settings.upload_bytes)
    with opened_store(settings, lang) as store:
        asked = resolve(store, source) if source else None
        hashes = hashes_of_sources(store)
        plain = read.plain
        chosen = plain if read.sha256 not in hashes and plain.sha256 in hashes else read
        found = hold_against(store, chosen.text, scan(chosen.text), source=asked)
    for warning in _warnings(found, plain=chosen is not read, lang=lang):
        say(f"plangraph: {warning}")
    if format_name == "json":
        print_json(found.to_json(all_mentions=everything))
    else:
        _print_audit(found, lang, everything=everything)
    if found.accounted < len(found.accounts):
        click.get_current_context().exit(1)


@main.group()
def source() -> None:
    """The texts of sources: attach one, list them. 来源的原文。"""


@source.command()
@click.argument("file", type=click.Path(path_type=Path))
@store_option
@pass_lang
def attach(lang: str, /, file: Path, **given: Any) -> None:
    """Attach the text of a source, checked against its SHA-256, so that pages show it. 挂接来源原文。"""
    from plangraph.attached import attach as keep
    from plangraph.attached import read_text, source_folder
    from plangraph.quotations import Lexicon, source_documents

    settings = read_settings(**given)
    needs_folder(settings)
    text = read_text(file, settings.upload_bytes)
    with _store_or_its_server(settings, lang) as store:
        documents = source_documents(store, Lexicon(store))
    document, kept = keep(source_folder(settings), text, documents)
    name = document.thing.text(lang)
    if kept is not text:
        said = "换行或字节序标记已改为与来源一致。" if lang == "zh" else "Its line ends were made those of the source."
        click.echo(said, err=True)
    click.echo(f"已挂接：{name}（{kept.sha256}）" if lang == "zh" else f"Attached: {name} ({kept.sha256})")


@source.command("list")
@click.option("--format", "format_name", type=click.Choice([TABLE, "json"]), default=TABLE)
@store_option
@pass_lang
def list_sources(lang: str, /, format_name: str, **given: Any) -> None:
    """List the sources, how much rests on each, and whether its text is attached. 列出来源。"""
    from plangraph.attached import AttachedTexts, source_folder
    from plangraph.namespaces import ID
    from plangraph.quotations import Lexicon, quotations, source_documents
    from plangraph.terminal import print_table

    settings = read_settings(**given)
    needs_folder(settings)
    texts = AttachedTexts(source_folder(settings))
    with _store_or_its_server(settings, lang) as store:
        lexicon = Lexicon(store)
        rows = [(d, len(quotations(store, d.thing.iri, lexicon))) for d in source_documents(store, lexicon)]
    if format_name == "json":
        print_json(
            [
                {
                    "iri": d.thing.iri,
                    "label": d.thing.label,
                    "sha256": d.sha256 or None,
                    "evidence": n,
                    "attached": texts.find(d.sha256) is not None,
                }
                for d, n in rows
            ]
        )
        return
    zh = lang == "zh"
    heads = ("来源", "名称", "SHA-256", "出处", "原文") if zh else ("source", "name", "SHA-256", "evidence", "text")
    yes, no = ("已挂接", "未挂接") if zh else ("attached", "not attached")
    print_table(
        heads,
        [
            (
                d.thing.iri.removeprefix(str(ID)),
                d.thing.text(lang),
                d.sha256 or "–",
                str(n),
                yes if texts.find(d.sha256) else no,
            )
            for d, n in rows
        ],
        right=[3],
    )


@contextlib.contextmanager
def _store_or_its_server(settings: Settings, lang: str) -> Iterator[GraphStore]:
    """The store, or while a server has it, that server: a text can be attached without stopping it."""
    from dataclasses import replace

    from plangraph.errors import StoreLocked
    from plangraph.opening import opened_store, serving_address

    with contextlib.ExitStack() as stack:
        try:
            store = stack.enter_context(opened_store(settings, lang))
        except StoreLocked:
            address = serving_address(settings)
            if address is None:
                raise
            store = stack.enter_context(opened_store(replace(settings, store=address), lang))
        yield store


def _warnings(found: Audit, *, plain: bool, lang: str) -> Iterator[str]:
    """What a reader of the audit should know of the text before trusting it."""
    zh = lang == "zh"
    name = found.source.text(lang) if found.source else ""
    if plain:
        yield (
            "换行或字节序标记与来源不同，已忽略；位置按来源的原文计。"
            if zh
            else "Line ends or a byte order mark differ from the source's and are passed over; places are the source's."
        )
    if found.same:
        return
    quotes, expected = len(found.quotations), found.expected
    yield (
        f"这份文本与图谱中任何来源的 SHA-256 都不同（{found.sha256}）；按最接近的“{name}”核对，"
        f"其 {expected} 处出处找到 {quotes} 处。"
        if zh
        else f"The text has the SHA-256 of no source in the graph ({found.sha256}). It is held against the nearest, "
        f"“{name}”: {quotes} of its {expected} places are found again."
    )
    if not found.known:
        yield (
            "找到的不足一半：图谱不认识这份文本，只核对名称和编号。"
            if zh
            else "Fewer than half: the graph doesn't know this text, and only names and numbering count."
        )


def _print_audit(found: Audit, lang: str, *, everything: bool) -> None:
    from plangraph.terminal import print_table

    zh = lang == "zh"
    n = 0 if zh else 1
    click.echo(
        f"共 {len(found.accounts)} 处数字，已说明 {found.accounted} 处。"
        if zh
        else f"{found.accounted} of {len(found.accounts)} numerals are accounted for."
    )
    click.echo()
    heads = ("类别", "处数", "已说明") if zh else ("kind", "numerals", "accounted for")
    print_table(heads, [(_KINDS[k][n], str(all_), str(good)) for k, (all_, good) in found.by_kind.items()], [1, 2])
    click.echo()
    ways = ("说明方式", "处数") if zh else ("accounted for by", "numerals")
    counted = [(words[n], len(found.of_way(way))) for way, words in _WAYS.items()]  # type: ignore[arg-type]
    print_table(ways, [(word, str(count)) for word, count in counted if count], [1])
    bad = found.of_way("differing", "missing")
    for account in found.accounts if everything else bad:
        if account is (found.accounts if everything else bad)[0]:
            click.echo()
        click.echo(_line(found, account, lang))


def _line(found: Audit, account: Account, lang: str) -> str:
    """One mention: place, text, how it is accounted for, the words around it, and the nearest locator."""
    zh = lang == "zh"
    mention = account.mention
    said = _WAYS[account.way][0 if zh else 1]
    if account.way == "differing":
        said += ("，图谱为 " if zh else ", the graph has ") + ", ".join(account.recorded)
    elif account.things:
        said += ("：" if zh else ": ") + (account.things[0].text(lang))
    if account.reason:
        said += f" [{account.reason.get(lang, '')}]"
    near = account.near and (f"（{account.near} 附近）" if zh else f" (near {account.near})")
    return f"{mention.start}–{mention.end}  {mention.text}  {said}{near}\n    …{found.context(account)}…"
