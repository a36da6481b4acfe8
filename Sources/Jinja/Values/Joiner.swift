/// `joiner(…)`: nothing at its first call, its separator at every later one.
final class Joiner: TemplateObject {
    let typeName = "jinja2.utils.Joiner"
    let depth: Int
    private let separator: Value
    private var isUsed = false

    init(_ separator: Value) {
        self.separator = separator
        depth = 1 + separator.depth
    }

    func attribute(_ name: String) -> Value? {
        switch name {
        case "sep": separator
        case "used": .boolean(isUsed)
        default: nil
        }
    }

    func call(_ arguments: Arguments, _ interpreter: Interpreter) throws(TemplateError) -> Value {
        defer { isUsed = true }
        return isUsed ? separator : .string("")
    }

    func represent(_ writer: inout Representation) throws(TemplateError) {
        try writer.append("<jinja2.utils.Joiner object>")
    }
}
