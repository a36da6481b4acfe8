#include "CPage.h"

#define BYTES static const unsigned char

BYTES api_js[] = {
#embed "page/api.js"
};
BYTES base_css[] = {
#embed "page/base.css"
};
BYTES charts_js[] = {
#embed "page/charts.js"
};
BYTES chat_css[] = {
#embed "page/chat.css"
};
BYTES chat_js[] = {
#embed "page/chat.js"
};
BYTES composer_js[] = {
#embed "page/composer.js"
};
BYTES conversation_js[] = {
#embed "page/conversation.js"
};
BYTES dialogs_js[] = {
#embed "page/dialogs.js"
};
BYTES dom_js[] = {
#embed "page/dom.js"
};
BYTES errors_js[] = {
#embed "page/errors.js"
};
BYTES generation_js[] = {
#embed "page/generation.js"
};
BYTES highlight_js[] = {
#embed "page/highlight.js"
};
BYTES i18n_js[] = {
#embed "page/i18n.js"
};
BYTES icon_svg[] = {
#embed "page/icon.svg"
};
BYTES index_html[] = {
#embed "page/index.html"
};
BYTES inline_js[] = {
#embed "page/inline.js"
};
BYTES markdown_css[] = {
#embed "page/markdown.css"
};
BYTES markdown_js[] = {
#embed "page/markdown.js"
};
BYTES math_js[] = {
#embed "page/math.js"
};
BYTES math_woff2[] = {
#embed "page/math.woff2"
};
BYTES message_js[] = {
#embed "page/message.js"
};
BYTES pacer_js[] = {
#embed "page/pacer.js"
};
BYTES preferences_js[] = {
#embed "page/preferences.js"
};
BYTES prometheus_js[] = {
#embed "page/prometheus.js"
};
BYTES render_js[] = {
#embed "page/render.js"
};
BYTES settings_js[] = {
#embed "page/settings.js"
};
BYTES sidebar_js[] = {
#embed "page/sidebar.js"
};
BYTES status_css[] = {
#embed "page/status.css"
};
BYTES status_html[] = {
#embed "page/status.html"
};
BYTES status_js[] = {
#embed "page/status.js"
};
BYTES store_js[] = {
#embed "page/store.js"
};
BYTES symbols_js[] = {
#embed "page/symbols.js"
};
BYTES theme_js[] = {
#embed "page/theme.js"
};
BYTES thread_js[] = {
#embed "page/thread.js"
};

static const struct page_file files[] = {
    {"api.js", api_js, sizeof api_js},
    {"base.css", base_css, sizeof base_css},
    {"charts.js", charts_js, sizeof charts_js},
    {"chat.css", chat_css, sizeof chat_css},
    {"chat.js", chat_js, sizeof chat_js},
    {"composer.js", composer_js, sizeof composer_js},
    {"conversation.js", conversation_js, sizeof conversation_js},
    {"dialogs.js", dialogs_js, sizeof dialogs_js},
    {"dom.js", dom_js, sizeof dom_js},
    {"errors.js", errors_js, sizeof errors_js},
    {"generation.js", generation_js, sizeof generation_js},
    {"highlight.js", highlight_js, sizeof highlight_js},
    {"i18n.js", i18n_js, sizeof i18n_js},
    {"icon.svg", icon_svg, sizeof icon_svg},
    {"index.html", index_html, sizeof index_html},
    {"inline.js", inline_js, sizeof inline_js},
    {"markdown.css", markdown_css, sizeof markdown_css},
    {"markdown.js", markdown_js, sizeof markdown_js},
    {"math.js", math_js, sizeof math_js},
    {"math.woff2", math_woff2, sizeof math_woff2},
    {"message.js", message_js, sizeof message_js},
    {"pacer.js", pacer_js, sizeof pacer_js},
    {"preferences.js", preferences_js, sizeof preferences_js},
    {"prometheus.js", prometheus_js, sizeof prometheus_js},
    {"render.js", render_js, sizeof render_js},
    {"settings.js", settings_js, sizeof settings_js},
    {"sidebar.js", sidebar_js, sizeof sidebar_js},
    {"status.css", status_css, sizeof status_css},
    {"status.html", status_html, sizeof status_html},
    {"status.js", status_js, sizeof status_js},
    {"store.js", store_js, sizeof store_js},
    {"symbols.js", symbols_js, sizeof symbols_js},
    {"theme.js", theme_js, sizeof theme_js},
    {"thread.js", thread_js, sizeof thread_js},
};

const struct page_file *page_file(size_t ordinal)
{
    return ordinal < sizeof files / sizeof *files ? &files[ordinal] : NULL;
}
