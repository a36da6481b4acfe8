import JSON
import Jinja
import Testing

struct TemplateErrorTests {
    @Test(arguments: [
        ("a\n  {{ x.y }}", 2, 7), ("{% if 1 %}\n{{ 'a' +\n 1 }}{% endif %}", 2, 8), ("{{ 1 }}\n{% nope %}", 2, 4),
        ("{{ é.y.z }}", 1, 5), ("x\n\n{{ [1, 2 }}", 3, 10), ("{% for a in 1 %}{% endfor %}", 1, 4),
        ("{{ 'a' | nope }}", 1, 10), ("{% macro f() %}\n{{ 1 / 0 }}{% endmacro %}\n{{ f() }}", 2, 6),
        ("{{ raise_exception('no') }}", 1, 19), ("a {# b", 1, 3), ("{% if 1 %}\nx", 2, 2),
    ])
    func `an error tells line and column`(source: String, line: Int, column: Int) {
        let error = #expect(throws: TemplateError.self) { try Template(source).render([:]) }
        #expect(error?.line == line, "\(error.map(String.init(describing:)) ?? "")")
        #expect(error?.column == column, "\(error.map(String.init(describing:)) ?? "")")
    }

    @Test(arguments: [
        ("{{", TemplateError.Kind.syntax), ("{{ 1|nope }}", .syntax), ("{{ x.y }}", .runtime),
        ("{{ 1 / 0 }}", .runtime),
        ("{{ raise_exception('no') }}", .raised), ("{{ 'a' * 10000000000 }}", .limit),
    ])
    func `an error tells its kind`(source: String, kind: TemplateError.Kind) {
        let error = #expect(throws: TemplateError.self) { try Template(source).render([:]) }
        #expect(error?.kind == kind)
    }

    @Test func `the description has position and message`() {
        let error = #expect(throws: TemplateError.self) {
            try Template("{{ raise_exception('Roles must alternate') }}").render([:])
        }
        #expect(error?.message == "Roles must alternate")
        #expect(error.map { "\($0)" } == "chat template, line 1, column 19: Roles must alternate")
    }

    @Test func `the caller's variables hide globals and are left alone`() throws {
        let template = try Template("{% set messages = messages + [2] %}{{ messages }}{{ range }}")
        let context: JSONObject = ["messages": [1], "range": "mine"]
        #expect(try template.render(context) == "[1, 2]mine")
        #expect(try template.render(context) == "[1, 2]mine")
    }

    @Test func `strftime_now gives the present time`() throws {
        let text = try Template("{{ strftime_now('%Y-%m-%d') }}").render([:])
        #expect(text.utf8.count == 10)
        #expect(text > "2024-01-01")
    }
}
