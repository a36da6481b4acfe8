"""Renders the cases below with Python's jinja2, configured as transformers does, into cases.json.

Usage: python generate.py   (needs transformers and jinja2; run beside this file)
A case is (template, context). What jinja2 gives is recorded: the text, or the error and, where it is stable, its message.
"""

import json
import pathlib

from transformers.utils.chat_template_utils import _compile_jinja_template

HERE = pathlib.Path(__file__).parent
MESSAGES = ("UndefinedError", "TemplateError", "SecurityError")

MESSAGES_CONTEXT = {
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Hello!", "tool_calls": []},
        {"role": "user", "content": "Bye"},
    ],
    "add_generation_prompt": True,
    "bos_token": "<s>",
    "eos_token": "</s>",
}
PEOPLE = {
    "people": [
        {"name": "Zoë", "age": 30, "city": {"name": "Bern"}},
        {"name": "adam", "age": 25, "city": {"name": "Oslo"}},
        {"name": "Bob", "age": 30, "city": {"name": "Bern"}},
        {"name": "carl", "age": 4, "city": {"name": "bern"}},
    ]
}
VALUES = {
    "n": 7, "f": 2.5, "s": "Hello World", "e": "", "l": [3, 1, 2], "d": {"b": 1, "a": 2}, "t": True, "z": None,
    "u": "Größe ΑΣ ß ŉ ǆ", "m": "line one\nline two\r\n\nlast", "nested": {"a": {"b": [1, {"c": "deep"}]}},
}

cases = []


def case(template, context=None, **more):
    cases.append((template, {**(context or {}), **more}))


def values(*expressions):
    for expression in expressions:
        case("{{ " + expression + " }}", VALUES)


# Arithmetic, literals, precedence
values(
    "1 + 2 * 3", "(1 + 2) * 3", "7 / 2", "7 // 2", "-7 // 2", "7 // -2", "7 % 3", "-7 % 3", "7 % -3", "7.5 % 2",
    "-7.5 % 2", "-7.5 // 2", "2 ** 10", "2 ** -1", "2 ** 3 ** 2", "-2 ** 2", "2 ** 0.5", "1 / 3", "10 / 5", "1e3", "1.5e-7",
    "1e16", "1e15", "123456789012345678.0", "0.1 + 0.2", "1e22", "1e-4", "1e-5", "-0.0", "0x1f + 0b101 + 0o17", "1_000_000",
    "true + true", "True * 3", "7 - -3", "+n", "-n", "- - n", "n - 1", "n-1", "1 - 2 - 3", "2 * 3 % 4", "10 - 2 * 3 ** 2",
    "'a' * 3", "3 * 'ab'", "'a' * -1", "[1, 2] * 2", "(1,) * 3", "[1] + [2]", "(1,) + (2,)", "'a' + 'b'", "'a' ~ 1 ~ none ~ 2.0",
    "1 ~ 2 + 3", "n ~ f * 2", "'%s-%s' % (1, 'b')", "'%d%%' % 5", "'%05.2f|%-6s|%+d|%x|%o|%e' % (3.14159, 'ab', 7, 255, 8, 12345.678)",
    "'%(a)s' % {'a': 1}", "'%5s|%.2s|%r' % ('a', 'abc', 'q')", "'%s' % [1]", "'%s' % (1, 2)", "'%d' % 'x'", "'%s %s' % 1",
    "1 / 0", "1 // 0", "1 % 0", "1.0 / 0", "1 + 'a'", "'a' + 1", "[1] + (2,)", "none + 1", "'a' - 'b'", "-'a'", "{} + {}",
    "9223372036854775807 - 1", "true and 1", "0 or 'x'", "none or false", "not 0", "not not 'a'", "1 and 0 or 2", "'' and x.y",
    "1 if true else 2", "1 if false else 2", "1 if false", "(1 if false) is undefined", "'a' if n > 5 else 'b' if n > 3 else 'c'",
    "[1, 2,]", "(1, 2)", "(1,)", "()", "[]", "{}", "{'a': 1, 'b': [1, {}],}", "{1: 'x', 2.5: 'y', none: 'z', true: 'w'}",
    "{1: 'a', 1.0: 'b', true: 'c'}", "{(1, 2): 'x'}", "{[1]: 2}", "1, 2", "'a' 'b' \"c\"", "'\\n\\t\\x41\\u00e9\\'\\\\\\q'",
    "\"it's\"", "['it\\'s', 'say \"x\"', 'both \\' \"', 'tab\\t', 'é', '\\u200b', '\\x00', '🦊']", "2.0", "[2.0, 1e100, -1.5, true, none]",
    "1 < 2 < 3", "1 < 3 < 2", "1 < 2 > 1 == true", "3 > 2 >= 2 != 1", "1 == 1.0", "1 == true", "'1' == 1", "none == none",
    "[1, 2] == [1, 2]", "[1, 2] == (1, 2)", "{'a': 1, 'b': 2} == {'b': 2, 'a': 1}", "[1, 2] < [1, 3]", "'a' < 'b'", "'Z' < 'a'",
    "'a' < 1", "none < 1", "[1] < 'a'", "{} < {}", "(1, 'a') < (1, 'b')", "2 in [1, 2]", "2 not in [1, 2]", "'ell' in s", "'' in ''",
    "'a' in d", "1 in d", "1 in 's'", "'x' in none", "[1] in [[1]]", "1.0 in [1]", "n in range(10)", "'a' in d.keys()", "2 in d.values()",
    "not 1 in [1]", "1 in [2] or 2 in [2]", "x == y", "x == none", "x in [1]", "undefined_thing ~ 'x'",
)

# Undefined
values(
    "x", "x is defined", "x.y", "x['y']", "x()", "x + 1", "x < 1", "-x", "x|default('d')", "x or 'other'", "x|length", "x|list", "x|upper",
    "x|int", "x|float", "x|join(',')", "x|first", "x|tojson", "[x]", "'%s' % x", "d.missing", "d.missing.more", "d['missing'].more",
    "l[10]", "l[10].x", "l['a'].x", "s.nope", "s.nope.x", "n.foo.bar", "none.foo", "z.foo.bar", "l.append", "l.append(1)", "d.update({})",
    "d.pop('a')", "l.sort()", "s.__class__", "s.__class__.x", "d.__class__", "''.__class__.__mro__", "x is none", "not x", "x if x else 'no'",
    "x|default", "e|default('d')", "e|default('d', true)", "z|default('d')", "z|default('d', boolean=true)", "d.a.b.c", "nested.a.b[1].c",
    "nested['a']['b'][1]['c']", "nested.a.b.1.c", "nested.a.b[0]", "nested.a.b.0", "x[:2]", "n[:2]", "d[:1]", "n()", "'a'()", "nope(1)",
)

# Subscripts and slices
values(
    "l[0]", "l[-1]", "l[-4] is defined", "l[1:]", "l[:-1]", "l[::-1]", "l[::2]", "l[5:]", "l[-2:]", "l[2:0:-1]", "s[0]", "s[-1]", "s[1:4]",
    "s[::-1]", "u[0:3]", "s[:100]", "s[100:]", "(1, 2, 3)[1:]", "range(10)[2:5]|list", "range(5)[-1]", "l[::0]", "l['0'] is defined",
    "l[true]", "d['a']", "d.a", "d['items'] is callable", "{'items': 1}.items is callable", "{'items': 1}['items']", "{1: 'x'}[1]",
    "d.items()|list", "d.keys()", "d.values()", "d.items()", "d.get('a')", "d.get('q')", "d.get('q', 5)", "d.get('q').x", "d.copy()", "d|list",
    "d|length", "d.items()[0] is defined", "d['get']('a')", "l.index(2)", "l.index(9)", "l.count(1)", "(1, 1).count(1)", "l[1.5] is defined",
    "l[0:'a']", "s[none:2]",
)

# String methods
values(
    "s.upper()", "s.lower()", "u.upper()", "u.lower()", "u.title()", "u.capitalize()", "u.swapcase()", "s.title()", "\"they're bill's\".title()",
    "s.capitalize()", "'  x '.strip()", "'  x '.lstrip() ~ '|'", "'  x '.rstrip() ~ '|'", "'xxaxx'.strip('x')", "'abcba'.strip('ab')",
    "'\\u3000x\\xa0'.strip()", "s.split()", "s.split('o')", "s.split('o', 1)", "'a,b,,c'.split(',')", "''.split()", "''.split(',')",
    "' a  b '.split()", "'a b c d'.split(none, 2)", "'a b c'.rsplit(' ', 1)", "'a  b c '.rsplit(none, 1)", "'a'.split('')", "'aXbXc'.rsplit('X')",
    "m.splitlines()", "m.splitlines(true)", "'a\\n'.splitlines()", "''.splitlines()", "'a\\x0bb\\x1cc\\u2028d'.splitlines()", "s.startswith('He')",
    "s.startswith(('x', 'H'))", "s.endswith('ld')", "s.endswith('')", "s.startswith('W', 6)", "s.startswith(1)", "s.replace('o', '0')",
    "s.replace('o', '0', 1)", "s.replace('', '-')", "'aaa'.replace('aa', 'b')", "s.find('o')", "s.find('o', 5)", "s.find('q')", "s.rfind('o')",
    "s.index('q')", "u.find('ß')", "s.count('l')", "s.count('')", "s.count('l', 4)", "'-'.join(['a', 'b'])", "'-'.join([1])", "''.join(d)",
    "', '.join('abc')", "'{} {}'.format(1, 'a')", "'{1} {0}'.format(1, 2)", "'{a.b} {c[0]} {d[k]}'.format(a={'b': 1}, c=[2], d={'k': 3})",
    "'{:>6}|{:<6}|{:^6}|{:*^7}'.format('a', 'b', 'c', 'd')", "'{:5d}|{:05d}|{:+d}|{:,}|{:x}|{:#x}|{:b}'.format(42, 42, 42, 1234567, 255, 255, 5)",
    "'{:.2f}|{:8.3f}|{:e}|{:g}|{:.1%}|{}'.format(3.14159, 2.5, 12345.678, 0.0001, 0.256, 1.0)", "'{!r} {!s} {{}}'.format('a', 'b')",
    "'{}'.format()", "'{x}'.format(x='y')", "'{:{}}'.format('a', 5)", "'{} {0}'.format(1)", "'{'.format(1)", "'{0.__class__}'.format(1)",
    "'{:d}'.format('a')", "'{:.3}'.format('abcdef')", "'{:.3}'.format(3.14159)", "'{:,.2f}'.format(1234567.891)", "'{:08.2f}'.format(-3.14159)",
    "'abc'.isalpha()", "'a1'.isalnum()", "'12'.isdigit()", "'²'.isdigit()", "'½'.isnumeric()", "' '.isspace()", "'ab'.islower()", "'AB'.isupper()",
    "'Ab Cd'.istitle()", "''.isalpha()", "'ab'.center(6) ~ '|'", "'ab'.ljust(5, '.')", "'ab'.rjust(5)", "'7'.zfill(3)", "'-7'.zfill(4)",
    "'a\\tb'.expandtabs(4)", "'prefix-x'.removeprefix('prefix-')", "'x.txt'.removesuffix('.txt')", "'a=b=c'.partition('=')", "'a=b=c'.rpartition('=')",
    "'abc'.partition('x')", "'abc'.nope()", "'a'.upper(1)", "'abc'.isidentifier()", "'aé'.isascii()", "'ẞß'.lower()",
    "'ΑΣ ΑΣΑ'.lower()", "'ab'.center(5) ~ '|'",
)

# Filters
values(
    "s|upper", "s|lower", "'hello world-foo (bar)'|title", "'HELLO'|capitalize", "' a '|trim", "'xax'|trim('x')", "s|length", "l|length", "n|length",
    "s|replace('o', '0')", "s|replace('o', '0', 1)", "12|replace(1, 3)", "s|reverse", "l|reverse|list", "l|sort", "l|sort(reverse=true)",
    "['b', 'A', 'c']|sort", "['b', 'A', 'c']|sort(case_sensitive=true)", "[1, 'a']|sort", "l|first", "l|last", "[]|first", "[]|last", "''|first",
    "s|first", "s|last", "d|first", "l|join", "l|join(', ')", "l|join(d=', ')", "'abc'|join('-')", "[1, none, x, 'a', 2.5]|join('|')", "l|list", "s|list",
    "l|sum", "[0.1, 0.2]|sum", "[[1], [2]]|sum(start=[])", "['a']|sum", "l|min", "l|max", "['b', 'A']|min", "['b', 'A']|min(case_sensitive=true)",
    "[]|min", "l|unique|list", "['a', 'A', 'b', 'a']|unique|list", "['a', 'A']|unique(true)|list", "range(7)|batch(3)|list", "range(7)|batch(3, 'x')|list",
    "range(7)|slice(3)|list", "range(7)|slice(3, 'x')|list", "l|map('string')|list", "['a', 'b']|map('upper')|join", "[1, 2, 3]|select('odd')|list",
    "[1, 2, 3]|reject('odd')|list", "[0, 1, '', 'a', none]|select|list", "[0, 1, '', 'a', none]|reject|list", "[1, 2, 3]|select('gt', 1)|list",
    "[1, 2, 3]|select('divisibleby', 3)|list", "['a', 'b']|map('replace', 'a', 'x')|list", "l|map('nope')|list", "l|select('nope')|list", "[]|map('nope')|list",
    "-5|abs", "-5.5|abs", "'a'|abs", "2.5|round", "3.5|round", "2.567|round(2)", "2.567|round(1, 'floor')", "2.1|round(0, 'ceil')", "5|round", "1234|round(-2)",
    "2.5|round|int", "1.005|round(2)", "'12'|int", "'12.7'|int", "'x'|int", "'x'|int(-1)", "'0x1f'|int(base=16)", "'ff'|int(0, 16)", "3.9|int", "none|int",
    "' 42 '|int", "'1_000'|int", "true|int", "'3.5'|float", "'x'|float", "'x'|float(1.5)", "'1e3'|float", "3|float", "none|float", "[]|int", "'inf'|float",
    "n|string", "none|string", "[1, 'a']|string", "d|string", "s|string", "'<a href=\"x\">\\'&</a>'|escape", "'<b>'|e", "'<b>x</b>'|safe",
    "'<p>a <b>b</b>\\n c &amp; d</p>'|striptags", "d|dictsort", "d|dictsort(by='value')", "d|dictsort(reverse=true)", "{'b': 1, 'A': 2}|dictsort",
    "{'b': 1, 'A': 2}|dictsort(true)", "d|items|list", "x|items|list", "n|items|list", "m|indent", "m|indent(2, true)", "m|indent('> ', true, true)",
    "m|indent(width=2, first=true)", "'a\\n\\nb'|indent(2, blank=true)", "'Hello big wide world'|truncate(12)", "'Hello big wide world'|truncate(12, true)",
    "'Hello big wide world'|truncate(12, false, '!', 0)", "'short'|truncate(4)", "'abcdefghij'|truncate(5, leeway=0)", "s|center(20) ~ '|'", "s|wordcount",
    "'The quick brown fox jumps over the lazy dog'|wordwrap(10)", "'averyveryverylongword and more'|wordwrap(8)", "'a-b well-known-thing x'|wordwrap(8)",
    "'averyveryverylongword'|wordwrap(8, false)", "'a b & c/d?é'|urlencode", "{'a b': 'c&d', 'e': 1}|urlencode", "123|filesizeformat", "1500|filesizeformat",
    "1500|filesizeformat(true)", "1|filesizeformat", "123456789|filesizeformat", "'%s-%d'|format('a', 3)", "'%(x)s'|format(x=1)", "d|attr('a') is defined",
    "s|attr('upper')()", "{'a': 'x y', 'b': none, 'c': '<'}|xmlattr", "l|nope", "'a' is nope", "l|random in l", "s|upper|lower|title", "l|sort|join(',')|length",
    "s | replace ( 'l' , 'L' )", "(1, 2)|list", "range(3)|list", "'abc'|map('upper')|list", "{'a': 1}|map('upper')|list", "n|default(1)|string ~ 'x'",
    "-1|abs", "(-1)|abs", "1.0|abs", "'a,b'|replace(',', '\\n')", "l|batch(2)|map('join', '-')|join(';')", "l|map(attribute='x')|list", "n|join",
    "n|list", "none|list", "true|list", "s|trim(none)", "[3, 1]|sort|first", "l|count", "l|d(1)", "x|d(1)", "[[1, 2], [3]]|map('length')|list",
    "[[1, 2], [3]]|map('sum')|sum", "{'a': [1]}|tojson", "'é\"\\n<>&'|tojson", "'é🦊\\u2028\\x7f'|tojson(ensure_ascii=true)", "d|tojson(indent=2)", "d|tojson(sort_keys=true)",
    "[1, [], {}, [2, {'a': none}]]|tojson(indent=4)", "d|tojson(separators=(',', ':'))", "[1.0, 1e100, true, none, 'x']|tojson", "{1: 2, none: 3, true: 4, 2.5: 5}|tojson",
    "(1, 2)|tojson", "range(2)|tojson", "x|tojson", "{(1,): 2}|tojson", "'a'|tojson(indent=2)", "d|tojson(2)", "[1]|tojson(indent='\\t')", "d.items()|list|tojson",
    "[1, {'b': 2}]|tojson(separators=(', ', ': '), indent=1)", "'\\x00\\x1f\\b\\f'|tojson", "{'a': x}|tojson", "[]|tojson(indent=2)", "{}|tojson(indent=2)",
    "(l|map('string'))|join", "1e400|tojson", "'a' if x|default(false) else 'b'",
)

# Tests
values(
    "n is number", "n is integer", "f is float", "f is integer", "t is integer", "t is boolean", "t is number", "z is none", "z is not none", "s is string",
    "l is string", "l is sequence", "s is sequence", "d is mapping", "d is sequence", "l is mapping", "l is iterable", "n is iterable", "s is iterable",
    "range(3) is iterable", "d.keys is callable", "n is callable", "n is odd", "n is even", "n is divisibleby 7", "n is divisibleby(2)", "n is eq 7", "n is equalto 7",
    "n is ne 7", "n is gt 5", "n is ge 7", "n is lt 5", "n is le 7", "n is greaterthan 5", "n is lessthan 5", "n is == 7" if False else "n is sameas 7", "t is true",
    "t is false", "n is true", "'a' is in ['a']", "'a' is not in ['a']", "'ABC' is upper", "'abc' is lower", "'' is lower", "'upper' is filter", "'odd' is test",
    "'nope' is filter", "s is escaped", "none is sameas none", "t is sameas true", "1 is sameas true", "n is not odd", "not n is odd", "n is odd and t", "n is odd or x.y",
    "x is undefined", "d.a is defined", "d.q is defined", "d.q is not defined and true", "n is defined is true", "'a' is odd", "x is odd", "n is number and n > 3",
    "(n is odd) ~ ''", "[1, 2] is eq [1, 2]", "n is in(range(9))", "x is iterable", "x is string", "x is mapping", "x is sequence", "x is callable", "d.items() is iterable",
    "d.keys() is sequence", "l|map('string') is iterable", "l|map('string') is sequence",
)

# Statements
for template in [
    "{% if n > 5 %}a{% elif n > 3 %}b{% else %}c{% endif %}", "{% if x %}a{% elif l %}b{% else %}c{% endif %}", "{% if x is defined and x.y %}a{% endif %}b",
    "{% for i in l %}{{ i }},{% endfor %}", "{% for i in [] %}{{ i }}{% else %}none{% endfor %}", "{% for i in l if i > 1 %}{{ i }}:{{ loop.index }} {% endfor %}",
    "{% for i in l if i > 9 %}{{ i }}{% else %}empty{% endfor %}", "{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}", "{% for k in d %}{{ k }}{% endfor %}",
    "{% for k, v in d|dictsort %}{{ k }}{{ v }}{% endfor %}", "{% for c in 'aé🦊' %}[{{ c }}]{% endfor %}", "{% for i in x %}a{% else %}b{% endfor %}", "{% for i in n %}a{% endfor %}",
    "{% for i in none %}a{% endfor %}", "{% for a, b in [(1, 2), [3, 4], 'xy'] %}{{ a }}{{ b }} {% endfor %}", "{% for a, (b, c) in [(1, (2, 3))] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for a, b in [1] %}{% endfor %}", "{% for a, b in [(1, 2, 3)] %}{% endfor %}", "{% for a, b in [(1,)] %}{% endfor %}",
    "{% for i in l %}{{ loop.index }}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.depth }}{{ loop.depth0 }} {% endfor %}",
    "{% for i in l %}{{ loop.previtem }}<{{ i }}>{{ loop.nextitem }} {% endfor %}", "{% for i in l %}{{ loop.previtem.x }}{% endfor %}", "{% for i in l %}{{ loop.cycle('a', 'b') }}{% endfor %}",
    "{% for i in [1, 1, 2, 2, 1] %}{{ loop.changed(i) }} {% endfor %}", "{% for i in l %}{{ loop }}{% endfor %}", "{% for i in l %}{{ loop.nope }}{% endfor %}",
    "{% for i in l %}{% for j in 'ab' %}{{ loop.index }}{{ i }}{{ j }} {% endfor %}{{ loop.index }}{% endfor %}", "{% for i in l %}{% set o = loop %}{% for j in 'ab' %}{{ o.index }}{{ loop.index }} {% endfor %}{% endfor %}",
    "{% for i in [1, [2, [3]]] recursive %}{{ loop.depth }}{% if i is iterable %}({{ loop(i) }}){% else %}{{ i }}{% endif %}{% endfor %}", "{% for i in l %}{{ loop(l) }}{% endfor %}",
    "{% for i in range(10) %}{% if i == 3 %}{% continue %}{% endif %}{% if i == 6 %}{% break %}{% endif %}{{ i }}{% endfor %}", "{% for i in l %}{% break %}{% else %}never{% endfor %}.", "{% for i in l %}{% continue %}{% else %}never{% endfor %}.", "{% for i in l %}{% if i == 2 %}{% break %}{% endif %}{% else %}never{% endfor %}.",
    "{% for i in range(5) if i is odd %}{{ loop.length }}{% endfor %}", "{% for i in range(3, 9, 2) %}{{ i }}{% endfor %}", "{% for i in range(5, 0, -2) %}{{ i }}{% endfor %}",
    "{{ range(3) }}{{ range(1, 5, 2) }}", "{{ range(200000) }}", "{{ range() }}", "{{ range(1, 2, 0) }}", "{{ range('a') }}", "{% for i in 1, 2, 3 %}{{ i }}{% endfor %}",
    "{% set a = 1 %}{{ a }}", "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set a = 1, 2 %}{{ a }}", "{% set (a, b) = [3, 4] %}{{ a }}{{ b }}", "{% set a, b = 1 %}", "{% set n = n + 1 %}{{ n }}",
    "{% set a %}x{{ n }}y{% endset %}{{ a }}", "{% set a | upper %}x{{ n }}y{% endset %}{{ a }}", "{% set a | replace('x', 'z') | upper %}xy{% endset %}{{ a }}", "{% set a %}{% set b = 1 %}{% endset %}{{ b is defined }}",
    "{% for i in l %}{% set n = i %}{{ n }}{% endfor %}{{ n }}", "{% set c = 0 %}{% for i in l %}{% set c = c + i %}{{ c }} {% endfor %}{{ c }}", "{% if true %}{% set n = 1 %}{% endif %}{{ n }}",
    "{% set ns = namespace(c=0) %}{% for i in l %}{% set ns.c = ns.c + i %}{% endfor %}{{ ns.c }}", "{% set ns = namespace() %}{% set ns.a = 1 %}{{ ns.a }}{{ ns.b is defined }}", "{{ namespace(a=1, b='x') }}",
    "{% set ns = namespace({'a': 1}, b=2) %}{{ ns.a }}{{ ns.b }}{{ ns['a'] }}", "{% set ns = namespace() %}{% set ns._a = 1 %}", "{{ namespace(_a=1) }}", "{% set d.a = 1 %}", "{% set q.a = 1 %}", "{% set ns = namespace() %}{% set ns.a, b = 1, 2 %}{{ ns.a }}{{ b }}",
    "{% set ns = namespace() %}{% set ns.t %}block{{ n }}{% endset %}{{ ns.t }}", "{% set ns = namespace(x=1) %}{% macro f() %}{% set ns.x = 2 %}{% endmacro %}{{ f() }}{{ ns.x }}",
    "{% macro f(a, b=2, c='x') %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ f(1) }} {{ f(1, 3) }} {{ f(c=1, a=2) }} {{ f() }}", "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(1, 2) }}", "{% macro f(a) %}{{ a }}{% endmacro %}{{ f(q=2) }}",
    "{% macro f(a) %}{{ a }}{{ varargs }}{{ kwargs }}{% endmacro %}{{ f(1, 2, 3, x=4) }}", "{% macro f(a, b=a) %}{{ a }}{{ b }}{% endmacro %}{{ f(1) }}", "{% macro f() %}{{ n }}{% endmacro %}{% set n = 9 %}{{ f() }}",
    "{% macro f(i) %}{% if i > 0 %}{{ i }}{{ f(i - 1) }}{% endif %}{% endmacro %}{{ f(4) }}", "{% macro f(a) %}[{{ caller() }}]{% endmacro %}{% call f(1) %}body{{ n }}{% endcall %}", "{% macro f() %}{{ caller(1, 2) }}{% endmacro %}{% call(a, b) f() %}{{ a }}-{{ b }}{% endcall %}",
    "{% macro f() %}{{ caller is defined }}{% endmacro %}{{ f() }}", "{% macro f() %}{{ caller() }}{% endmacro %}{{ f() }}", "{% macro f() %}x{% endmacro %}{% call f() %}y{% endcall %}", "{% macro f(a, b) %}{% endmacro %}{{ f.name }}{{ f.arguments }}{{ f.catch_kwargs }}{{ f }}",
    "{% macro f(x) %}{{ x is defined }}{{ x }}{% endmacro %}{{ f() }}", "{% macro f(x) %}{{ x.y }}{% endmacro %}{{ f() }}", "{% macro f(*a) %}{% endmacro %}", "{% macro f(a=1, b) %}{% endmacro %}", "{% macro f() %}{% set q = 1 %}{% endmacro %}{{ f() }}{{ q is defined }}",
    "{% macro f(a) %}<{{ a }}>{% endmacro %}{{ f('x') | upper }}{{ l | map('string') | map('upper') | join }}", "{{ f(*l) }}{% macro f() %}{% endmacro %}", "{% macro f(a, b, c) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ f(*l) }}{{ f(1, **{'b': 2, 'c': 3}) }}",
    "{% macro f() %}{% for i in l %}{% if i == 1 %}{% break %}{% endif %}{{ i }}{% endfor %}!{% endmacro %}{{ f() }}", "{% filter upper %}a{{ s }}{% endfilter %}", "{% filter replace('a', 'b') | upper %}aXa{% endfilter %}", "{% filter indent(2) %}a\nb{% endfilter %}",
    "{% with a = 1, b = n %}{{ a }}{{ b }}{% endwith %}{{ a is defined }}", "{% with %}{% set q = 1 %}{{ q }}{% endwith %}{{ q is defined }}", "{% with n = 1, m = n %}{{ n }}{{ m }}{% endwith %}", "{% generation %}x{% set q = 1 %}{{ n }}{% endgeneration %}{{ q is defined }}",
    "{% raw %}{{ x }}{% if %}{% endraw %}", "{%- raw -%}  {{ x }}  {%- endraw -%}  z", "{% raw %}\n  a\n{% endraw %}\nb", "a{# comment {{ x }} #}b", "a\n  {# c #}\nb", "a {#- c -#} b", "{# unclosed", "{% raw %}x", "{% print n %}{% print n, s %}",
    "{{ raise_exception('Only user and assistant roles are supported!') }}", "{% if not x %}{{ raise_exception('no ' ~ n) }}{% endif %}", "{{ dict(a=1, b=2) }}{{ dict([('c', 3)]) }}{{ dict(d, z=1) }}{{ dict() }}", "{{ dict.fromkeys(['a', 'b'], 0) }}",
    "{% set j = joiner('|') %}{% for i in l %}{{ j() }}{{ i }}{% endfor %}", "{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}{{ c.next() }}{{ c.current }}{{ c.reset() }}{{ c.current }}", "{{ cycler() }}", "{{ strftime_now('%%') }}", "{{ strftime_now('%Y')|length }}",
    "{% for j in [1] %}{{ n }}{% endfor %}{% set n = 2 %}", "{% for j in [1] %}{{ n }}{% endfor %}{% if 0 %}{% set n = 2 %}{% endif %}", "{% for j in [1, 2] %}{{ n }}{% set n = 3 %}{{ n }}{% endfor %}", "{% for j in [1] %}{% for k in [1, 2] %}{{ n }}{% endfor %}{% set n = 3 %}{% endfor %}",
    "{% macro f() %}{{ n }}{% endmacro %}{{ f() }}{% set n = 2 %}{{ f() }}", "{% macro f() %}{% for j in [1] %}{{ n }}{% endfor %}{% set n = 2 %}{% endmacro %}{{ f() }}", "{% for n in l %}{{ n }}{% endfor %}{{ n }}", "{% for i in l %}{% if loop.first %}{% set n = 1 %}{% endif %}{{ n }}{% endfor %}",
    "{% set g = l|map('string') %}{{ g|list }}{{ g|list }}", "{% set g = l|select('gt', 1) %}{{ g|first }}{{ g|list }}", "{% for p in people|groupby('a') %}{% endfor %}", "{% set loop = 1 %}{{ loop }}", "{% for i in l %}{{ i }}{% endfor %}{{ i is defined }}", "{% set x = x|default('q') %}{{ x }}",
    "{% if n == 7 %}{{ n|nope }}{% endif %}", "{% if n == 8 %}{{ n|nope }}{% endif %}ok", "{{ n|nope if false else 1 }}" if False else "{{ 1 if true else n|nope }}", "{% for i in [] %}{{ i|nope }}{% endfor %}",
    "{% set a = [] %}{% for i in l %}{% set a = a + [i] %}{% endfor %}{{ a }}", "{% set ns = namespace(a=[]) %}{% for i in l %}{% set ns.a = ns.a + [i * 2] %}{% endfor %}{{ ns.a|tojson }}", "{% macro f() %}{{ varargs|length }}{{ kwargs|length }}{% endmacro %}{{ f(1, 2, a=3) }}",
    "{% macro outer() %}{% macro inner() %}in{{ n }}{% endmacro %}{{ inner() }}{% endmacro %}{{ outer() }}", "{% macro a() %}{{ caller() }}{% endmacro %}{% macro b() %}{% call a() %}<{{ caller() }}>{% endcall %}{% endmacro %}{% call b() %}x{% endcall %}", "{% set f = s.upper %}{{ f() }}", "{% set f = d.get %}{{ f('a') }}{{ f('q', 3) }}",
]:
    case(template, VALUES)

# Syntax errors
for template in [
    "{{", "{{ }}", "{{ 1 + }}", "{{ 1 2 }}", "{% %}", "{% nope %}", "{% if %}", "{% if 1 %}", "{% if 1 %}{% endfor %}", "{% for in l %}{% endfor %}", "{% for i l %}{% endfor %}", "{% endif %}", "{{ 'a }}", "{{ a b }}", "{{ (1 }}", "{{ 1) }}", "{{ [1) }}",
    "{% set %}", "{% set 1 = 2 %}", "{% set true = 1 %}", "{{ a. }}", "{{ a.'b' }}", "{{ a[ }}", "{{ f(a=1, 2) }}", "{{ f(**a, *b) }}", "{{ $ }}", "{{ a ? b }}", "{{ a | }}", "{{ a is }}", "{% macro %}{% endmacro %}", "{% call 1 %}{% endcall %}", "{% break %}", "{{ not }}",
    "{{ 'a' is string is true }}", "{{ {'a' 1} }}", "{{ {1} }}", "{% if 1 %}{% else %}{% else %}{% endif %}", "{% for i in l %}{% else %}", "{{ 012 }}", "{% raw %}{% endraw", "{% filter %}{% endfilter %}", "{% include 'a' %}", "{% set a.b.c = 1 %}", "{{ a!b }}", "{{ a && b }}", "}}", "%} {{ 1 }}", "{{ 1 if }}", "{% elif %}",
    "{% block a %}", "{{ a if b else }}", "{% for i in %}{% endfor %}", "{{ loop.index }}", "{{ '\\x4' }}",
]:
    case(template)

# Whitespace
for template in [
    "a\n{% if true %}\nb\n{% endif %}\nc\n", "a\n  {% if true %}  \n  b\n  {% endif %}\nc", "  {% if true %}x{% endif %}", "\t{% if true %}\n\tx\n\t{% endif %}\n", "a {%- if true -%} b {%- endif -%} c", "a\n\n  {{- 'x' -}}\n\n b", "  {{ 'x' }}\n  y", "{{ 'x' }}\n", "{{ 'x' }}\n\n", "x\r\ny\rz\n",
    "a  {%+ if true %}\n  b {%+ endif +%}\n c", "{% if true +%}\nx{% endif %}", "{%+ if true %}x{% endif %}", "  {%- if true %} x {% endif -%}  \n y", "{% for i in [1, 2] %}\n  {{ i }}\n{% endfor %}\n", "{%- for i in [1, 2] -%}\n  {{ i }}\n{%- endfor -%}\n", "{# a #}\nb", "  {# a #}  \nb", "x {# a #}\nb", "a{#- b -#}\n c",
    "{# a +#}\nb", "  {%- set a = 1 %}\n{{ a }}", "{{ 'a' }}  {% set b = 1 %}\n\n  {{ b }}", "a\u00a0{%- if true %}b{% endif %}", "\u3000{% if true %}b{% endif %}", "x\n \u00a0{% if true %}b{% endif %}", "{% if true %}\n\n\nx{% endif %}", "{%if true%}a{%endif%}", "{{'a'}}{{-'b'-}} {{'c'}}", "a\n\t {% raw %}\n b {% endraw %}\n c",
    "{{ {'a': {'b': 1}} }}", "{{ {'a': {'b': 1}}}}", "{{ '}}' }}{{ '%}' }}{% if '%}' %}x{% endif %}", "{ { } } {% raw %}{{{% endraw %}", "a{{ '' }}\n{{ '' }}b", "", "\n", "\n\n", " \n {% set a = 1 %} \n ", "{%- set a = 1 -%}\n\n\n", "{% set a = 1 %}\n{% set b = 2 %}\nx", "line\n    {%- if true %}\n    more\n    {%- endif %}\nend",
]:
    case(template)

# Lists of dictionaries
for template in [
    "{{ people|map(attribute='name')|join(', ') }}", "{{ people|map(attribute='city.name')|list }}", "{{ people|map(attribute='zip', default='?')|list }}", "{{ people|map(attribute='zip')|list }}", "{{ people|selectattr('age', 'gt', 26)|map(attribute='name')|list }}", "{{ people|selectattr('age')|list|length }}",
    "{{ people|rejectattr('age', 'equalto', 30)|map(attribute='name')|list }}", "{{ people|selectattr('city.name', 'eq', 'Bern')|list|length }}", "{{ people|selectattr('zip', 'defined')|list }}", "{{ people|selectattr('zip', 'undefined')|list|length }}", "{{ people|sort(attribute='name')|map(attribute='name')|list }}",
    "{{ people|sort(attribute='age,name')|map(attribute='name')|list }}", "{{ people|sort(attribute='age', reverse=true)|map(attribute='name')|list }}", "{% for g in people|groupby('age') %}{{ g.grouper }}:{% for p in g.list %}{{ p.name }} {% endfor %}{% endfor %}", "{% for k, g in people|groupby('city.name') %}{{ k }}{{ g|length }} {% endfor %}",
    "{% for k, g in people|groupby('city.name', case_sensitive=true) %}{{ k }}{{ g|length }} {% endfor %}", "{{ people|groupby('age') }}", "{{ people|sum(attribute='age') }}", "{{ people|map(attribute='age')|sum }}", "{{ people|min(attribute='age') }}", "{{ (people|max(attribute='age')).name }}", "{{ people|unique(attribute='age')|map(attribute='name')|list }}",
    "{{ people|join(' ', attribute='name') }}", "{{ people[0] }}", "{{ people|tojson }}", "{{ people[0]|tojson(indent=2) }}", "{{ people|first }}", "{{ (people|first).name }}", "{{ people|length }}", "{{ people|map('attr', 'name')|list }}", "{{ people|map('length')|list }}", "{{ people|selectattr|list }}", "{{ people|selectattr('age', 'nope')|list }}",
    "{{ people|map(attribute=0)|list }}", "{{ people|map(attribute='name', nope=1)|list }}", "{{ people|map|list }}", "{{ [[1, 2], [3, 4]]|map(attribute=1)|list }}", "{{ [[1, 2], [3, 4]]|map(attribute='1')|list }}", "{{ [[1, 2], [3, 4]]|sum(attribute=0) }}", "{{ people|map(attribute='name')|map('lower')|sort|join('/') }}",
    "{{ people|selectattr('name', 'in', ['Bob', 'Zoë'])|map(attribute='age')|list }}", "{{ people|map(attribute='name')|select('ne', 'Bob')|list }}", "{{ people|list == people }}", "{{ people|batch(3)|map('length')|list }}", "{{ 'Bob' in people|map(attribute='name') }}",
]:
    case(template, PEOPLE)

# Conversations
for template in [
    "{{ bos_token }}{% for message in messages %}{{ '<|' + message['role'] + '|>\n' + message['content'] + eos_token + '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|assistant|>\n' }}{% endif %}",
    "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{% endfor %}",
    "{%- if messages[0]['role'] == 'system' %}{%- set system = messages[0]['content'] %}{%- set loop_messages = messages[1:] %}{%- else %}{%- set loop_messages = messages %}{%- endif %}{{ system }}{{ loop_messages|length }}{{ loop_messages[-1].content }}",
    "{{ messages|selectattr('role', 'equalto', 'user')|map(attribute='content')|join('|') }}", "{{ (messages|selectattr('role', 'eq', 'assistant')|list)[-1].content }}", "{{ messages|rejectattr('tool_calls', 'defined')|list|length }}", "{% for m in messages if m.role != 'system' %}{{ loop.index }}{{ m.content|trim }}{% endfor %}",
    "{% set ns = namespace(last=-1) %}{% for m in messages %}{% if m.role == 'user' %}{% set ns.last = loop.index0 %}{% endif %}{% endfor %}{{ ns.last }}", "{{ messages[::-1]|map(attribute='role')|list }}", "{% for m in messages %}{{ m.content if m.content is string else m.content|tojson }}{% if not loop.last %}, {% endif %}{% endfor %}",
    "{% for m in messages %}{{ m.tool_calls is defined and m.tool_calls }} {% endfor %}", "{{ messages[0].missing }}{{ messages[9] }}", "{{ messages[0].content.split(' ')[-1].rstrip('.') }}", "{{ messages[0]['content']['x'] }}", "{{ messages|map(attribute='role')|unique|sort|list }}",
]:
    case(template, MESSAGES_CONTEXT)

records = []
for template, context in cases:
    record = {"template": template, "context": context}
    try:
        record["expected"] = _compile_jinja_template(template).render(**context)
    except Exception as error:
        record["error"] = type(error).__name__
        if type(error).__name__ in MESSAGES and "object at" not in str(error):
            record["message"] = str(error)
    records.append(record)

CONTEXTS = [VALUES, PEOPLE, MESSAGES_CONTEXT]
for record in records:
    if record["context"] in CONTEXTS:
        record["context"] = CONTEXTS.index(record["context"])
    elif not record["context"]:
        del record["context"]

lines = ",\n".join(json.dumps(record, ensure_ascii=False) for record in records)
contexts = ",\n".join(json.dumps(context, ensure_ascii=False) for context in CONTEXTS)
(HERE / "cases.json").write_text('{"contexts": [\n' + contexts + '\n],\n"cases": [\n' + lines + "\n]}\n")

# Whole chat templates: every template in templates/ with every conversation.
CONVERSATIONS = json.loads((HERE / "conversations.json").read_text())
rendered = []
for path in sorted((HERE / "templates").glob("*.jinja")):
    template = _compile_jinja_template(path.read_text())
    for name, context in CONVERSATIONS.items():
        record = {"template": path.name, "conversation": name}
        try:
            record["expected"] = template.render(**context)
        except Exception as error:
            record["error"] = f"{type(error).__name__}: {error}"
        rendered.append(record)
lines = ",\n".join(json.dumps(record, ensure_ascii=False) for record in rendered)
(HERE / "rendered.json").write_text("[\n" + lines + "\n]\n")
print(len(records), "cases,", len(rendered), "renderings")
