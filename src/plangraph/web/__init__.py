"""The web application: the factory wires, blueprints answer, templates show."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

from flask import Flask

from plangraph.errors import Unavailable
from plangraph.namespaces import compact
from plangraph.owning import OWNER_VARIABLE, Link
from plangraph.settings import load_settings
from plangraph.visible import visible
from plangraph.web import (
    answers,
    api,
    bridge,
    committing,
    contribute,
    explore,
    findings,
    graphstore,
    history,
    i18n,
    lists,
    observing,
    pages,
    questions,
    sources,
    sparql,
    things,
    vocabulary,
)
from plangraph.web import urls as addresses
from plangraph.web.bundles import bundle
from plangraph.web.caching import AnswerCache
from plangraph.web.compression import compress
from plangraph.web.quick import QuickAnswers
from plangraph.web.service import Service, end_with_parent, linked_service
from plangraph.web.words import register_words


def create_app(service: Service) -> Flask:
    """The WSGI application on one ``Service``."""
    app = Flask(__name__)
    app.json.ensure_ascii = False  # type: ignore[attr-defined]
    app.config.update(
        MAX_CONTENT_LENGTH=service.settings.upload_bytes,
        MAX_FORM_MEMORY_SIZE=service.settings.upload_bytes,
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),  # bundles have the hash of their content in their name
    )
    app.extensions["plangraph"] = service
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.autoescape = True
    app.jinja_env.globals.update(
        t=i18n.t,
        page_of=addresses.page_of,
        urls=addresses,
        bundle=bundle,
        csp_nonce=answers.csp_nonce,
        compact=compact,
        visible=visible,
        html_lang=i18n.HTML_LANG,
        settings=service.settings,
    )
    register_words(app)
    app.context_processor(lambda: {"lang": i18n.current()})
    for module in (
        pages,
        things,
        lists,
        questions,
        vocabulary,
        api,
        sparql,
        graphstore,
        explore,
        contribute,
        committing,
        history,
        observing,
        findings,
        sources,
    ):
        app.register_blueprint(module.blueprint)
    app.before_request(bridge.refuse)
    app.before_request(service.check)
    app.before_request(service.turns.start_reading)
    app.teardown_request(lambda _: service.turns.stop_reading())
    compress(app)  # the first to be named is the last to run
    app.after_request(answers.finish)
    answers.register_errors(app)
    quick = QuickAnswers(app, service)
    cache = AnswerCache(quick, service, service.settings.cache_bytes)
    app.extensions["plangraph.short ways"] = cache, quick
    app.wsgi_app = cache  # type: ignore[method-assign]
    return app


def served() -> bridge.Bridge:
    """The application of a web process: settings from the environment, data from the owner at ``PLANGRAPH_OWNER``.

    Raises ``Unavailable`` where that variable isn't set.
    """
    owner = os.environ.get(OWNER_VARIABLE)
    if not owner:
        raise Unavailable(
            f"未设置 {OWNER_VARIABLE}。请用 plangraph serve 启动。",
            f"{OWNER_VARIABLE} isn't set. Start with plangraph serve.",
        )
    end_with_parent()
    settings = load_settings()[0]
    app = create_app(linked_service(settings, Link(Path(owner)), lambda: os._exit(1)))
    cache, quick = app.extensions["plangraph.short ways"]
    return bridge.Bridge(app, cache, quick, settings)
