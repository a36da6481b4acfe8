import JSON
import Jinja
import Testing

/// No template may hang the server, exhaust its memory or overflow its stack.
struct HostileTemplateTests {
    private static let growth = [
        "{% set ns = namespace(x='ab') %}{% for i in range(99999) %}{% set ns.x = ns.x ~ ns.x %}{% endfor %}",
        "{% set ns = namespace(x='ab') %}{% for i in range(99999) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(99999) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
        "{{ 'a' * 1000000000000 }}", "{{ [1] * 1000000000000 }}", "{{ (1, 2) * 9223372036854775807 }}",
        "{{ 'a'.center(1000000000000) }}", "{{ 'a'.ljust(9223372036854775807) }}", "{{ '7'.zfill(1000000000000) }}",
        "{{ '%1000000000d' % 1 }}", "{{ '%.1000000000f' % 1 }}", "{{ '%*d' % (1000000000, 1) }}",
        "{{ '{:1000000000}'.format(1) }}", "{{ '{:.1000000000f}'.format(1.0) }}", "{{ 'a'|center(1000000000000) }}",
        "{% set a = 'a' * 1000000 %}{{ a.replace('a', a) }}", "{% set a = 'a' * 1000000 %}{{ a.replace('', a) }}",
        "{% set a = 'a' * 1000000 %}{{ a.join(a) }}", "{% set a = 'a' * 1000000 %}{{ a|join(a) }}",
        "{{ '\t'.expandtabs(1000000000000) }}", "{{ 'a'|indent(1000000000000) }}",
        "{{ [1]|tojson(indent=1000000000000) }}",
        "{{ range(99999)|batch(1000000000000, 'x')|list }}", "{{ [1]|slice(1000000000000)|list }}",
        "{% for i in range(99999) %}{{ 'a' * 10000 }}{% endfor %}", "{{ 10 ** 10 ** 10 }}", "{{ 2 ** 64 }}",
        "{{ 9223372036854775807 + 1 }}", "{{ range(1000000000) }}",
        "{{ range(-9223372036854775807, 9223372036854775807) }}",
        "{% set ns = namespace(x=1) %}{% for i in range(99999) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}",
        "{% set ns = namespace(x=1) %}{% for i in range(99999) %}{% set ns.x = {'a': ns.x} %}{% endfor %}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(99999) %}{% set ns.x = ns.x|map('list') %}"
            + "{% endfor %}{{ ns.x|list }}",
    ]

    private static let work = [
        "{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}",
        "{% macro f(n) %}{{ f(n) }}{% endmacro %}{{ f(1) }}",
        "{% macro f(n) %}{{ f(n + 1) }}{{ f(n) }}{% endmacro %}{{ f(1) }}",
        "{% macro a() %}{{ caller() }}{% endmacro %}{% macro f() %}{% call a() %}{{ f() }}"
            + "{% endcall %}{% endmacro %}{{ f() }}",
        "{% for i in [[1]] recursive %}{{ loop([[1]]) }}{% endfor %}",
        "{% set ns = namespace() %}{% set ns.me = ns %}{{ ns }}",
        "{% set ns = namespace(head=none) %}{% for i in range(9999) %}"
            + "{% set ns.head = namespace(next=ns.head) %}{% endfor %}{{ ns.head }}",
        "{% set ns = namespace(x=1) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=1) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}"
            + "{% endfor %}{{ ns.x|tojson }}",
        "{% set ns = namespace(x=1, y=1) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}"
            + "{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}",
        "{% set ns = namespace(x=1) %}{% for i in range(60) %}{% set ns.x = (ns.x, ns.x) %}{% endfor %}{{ {ns.x: 1} }}",
        "{% set a = 'a' * 4000000 %}{% for i in range(99999) %}{{ 'b' in a }}{{ a|length }}{% endfor %}",
        "{% set a = 'a' * 4000000 %}{% set b = a ~ 'b' %}{% for i in range(99999) %}{{ a == b }}"
            + "{{ a < b }}{% endfor %}",
    ]

    @Test(arguments: growth + work)
    func `a template that asks for too much is stopped`(template: String) {
        let limits = RenderingLimits(steps: 60_000, bytes: 4 << 20, output: 1 << 20)
        #expect(throws: TemplateError.self) { try Template(template).render([:], limits: limits) }
    }

    @Test(arguments: [
        "{% set ns = namespace(l=none) %}{% for i in range(20000) %}{% set p = ns.l %}"
            + "{% for j in [1] recursive %}{% set ns.l = loop %}{% endfor %}{% endfor %}ok",
        "{% set ns = namespace(l=none) %}{% for i in range(20000) %}{% for j in [1] %}"
            + "{% set _ = loop.changed(ns.l) %}{% set ns.l = loop %}{% endfor %}{% endfor %}ok",
        "{% set ns = namespace(m=none) %}{% for i in range(20000) %}{% set p = ns.m %}{% macro f() %}"
            + "{% endmacro %}{% set ns.m = f %}{% endfor %}ok",
        "{% set ns = namespace(m=none) %}{% macro g() %}{% set ns.m = caller %}{{ caller() }}"
            + "{% endmacro %}{% for i in range(20000) %}{% set p = ns.m %}{% call g() %}{% endcall %}"
            + "{% endfor %}ok",
        "{% set ns = namespace(n=none) %}{% for i in range(20000) %}{% set ns.n = namespace(n=ns.n) %}{% endfor %}ok",
        "{% set ns = namespace(f=none) %}{% for j in [1] %}{% set ns.f = loop.changed %}{% endfor %}ok",
    ])
    func `long chains of objects come apart without deep recursion`(template: String) throws {
        #expect(try Template(template).render([:]) == "ok")
    }

    @Test func `deep or long source is refused`() {
        func expectError(_ source: String) {
            #expect(throws: TemplateError.self) { try Template(source).render([:]) }
        }
        let many = 100_000
        expectError("{{ " + String(repeating: "(", count: many) + "1" + String(repeating: ")", count: many) + " }}")
        expectError("{{ " + String(repeating: "[", count: many))
        expectError("{{ " + String(repeating: "{1:", count: many))
        expectError("{{ " + String(repeating: "not ", count: many) + "1 }}")
        expectError("{{ " + String(repeating: "- ", count: many) + "1 }}")
        expectError("{{ 1" + String(repeating: " + 1", count: many) + " }}")
        expectError("{{ 1" + String(repeating: " and 1", count: many) + " }}")
        expectError("{{ 1" + String(repeating: " if 1 else 1", count: many) + " }}")
        expectError("{{ a" + String(repeating: ".a", count: many) + " }}")
        expectError("{{ 1" + String(repeating: "|string", count: many) + " }}")
        expectError("{{ 1" + String(repeating: " is string", count: many) + " }}")
        expectError(String(repeating: "{% if 1 %}", count: many))
        expectError(String(repeating: "{% for a in [1] %}", count: 90) + String(repeating: "{% endfor %}", count: 90))
        let sum = String(repeating: "1 + ", count: 15)
        expectError("{{ " + String(repeating: "(" + sum, count: 70) + "1" + String(repeating: ")", count: 70) + " }}")
        let chain = String(repeating: " + 1", count: 15)
        expectError("{{ " + String(repeating: "(", count: 70) + "1" + String(repeating: chain + ")", count: 70) + " }}")
        expectError("{% set " + String(repeating: "(", count: many))
    }

    @Test func `honest size passes`() throws {
        let message: JSONValue = ["role": "user", "content": .string(String(repeating: "word ", count: 2000))]
        let template = try Template(
            "{% for m in messages %}{{ m.role + ': ' + m.content.split('</think>')[-1]|trim + '\\n' }}{% endfor %}")
        let text = try template.render(["messages": .array(Array(repeating: message, count: 2000))])
        #expect(text.utf8.count == 2000 * 10006)
        let chain = try Template("{{ 1" + String(repeating: " + 1", count: 590) + " }}").render([:])
        #expect(chain == "591")
        let deep =
            String(repeating: "(", count: 70) + "1" + String(repeating: " + 1 + 1 + 1 + 1 + 1 + 1 + 1)", count: 70)
        #expect(try Template("{{ \(deep) }}").render([:]) == "491")
        let concatenation = try Template("{{ 1" + String(repeating: " ~ 1", count: 3000) + " }}").render([:])
        #expect(concatenation.count == 3001)
        let branches = String(repeating: "{% elif 0 %}", count: 3000)
        #expect(try Template("{% if 0 %}\(branches){% else %}x{% endif %}").render([:]) == "x")
    }
}
