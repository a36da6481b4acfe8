/// `cycler(…)`: gives its items in turn.
final class Cycler: TemplateObject {
    let typeName = "jinja2.utils.Cycler"
    let isCallable = false
    let depth: Int
    private let items: [Value]
    private var position = 0

    init(_ items: [Value]) {
        self.items = items
        depth = 1 + (items.lazy.map(\.depth).max() ?? 0)
    }

    func attribute(_ name: String) -> Value? {
        switch name {
        case "current": items[position]
        case "items": .tuple(items)
        case "pos": .integer(position)
        case "next":
            .object(
                Function("next", typeName: "method", depth: depth) { [self] (_, _) in
                    defer { position = (position + 1) % items.count }
                    return items[position]
                })
        case "reset":
            .object(
                Function("reset", typeName: "method", depth: depth) { [self] (_, _) in
                    position = 0
                    return .none
                })
        default: nil
        }
    }

    func represent(_ writer: inout Representation) throws(TemplateError) {
        try writer.append("<jinja2.utils.Cycler object>")
    }
}
