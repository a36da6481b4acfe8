/// `loop` inside a for loop.
final class LoopState: TemplateObject, Releasable {
    let typeName = "jinja2.runtime.LoopContext"
    let depth: Int
    private let elements: [Value]
    private let depth0: Int
    /// Renders the loop's body over other elements, for `loop(…)` in a recursive loop.
    private let recurse: ((Value, Int, Interpreter) throws(TemplateError) -> Value)?
    private var index = -1
    private var lastChanged: Value?

    init(
        _ elements: [Value], depth0: Int,
        recurse: ((Value, Int, Interpreter) throws(TemplateError) -> Value)?
    ) {
        self.elements = elements
        self.depth0 = depth0
        depth = 1 + (elements.lazy.map(\.depth).max() ?? 0)
        self.recurse = recurse
    }

    func next() -> Value? {
        index += 1
        return index < elements.count ? elements[index] : nil
    }

    func attribute(_ name: String) -> Value? {
        switch name {
        case "index": .integer(index + 1)
        case "index0": .integer(index)
        case "revindex": .integer(elements.count - index)
        case "revindex0": .integer(elements.count - index - 1)
        case "first": .boolean(index == 0)
        case "last": .boolean(index == elements.count - 1)
        case "length": .integer(elements.count)
        case "depth": .integer(depth0 + 1)
        case "depth0": .integer(depth0)
        case "previtem":
            index > 0 ? elements[index - 1] : .undefined(Undefined(hint: "there is no previous item"))
        case "nextitem":
            index + 1 < elements.count
                ? elements[index + 1] : .undefined(Undefined(hint: "there is no next item"))
        case "cycle":
            .object(
                Function("cycle", typeName: "method") { [index] (arguments, _) throws(TemplateError) in
                    let items = arguments.positional
                    guard !items.isEmpty else { throw TemplateError("no items for cycling given") }
                    return items[index % items.count]
                })
        case "changed":
            .object(
                Function("changed", typeName: "method") { [weak self] (arguments, interpreter) throws(TemplateError) in
                    guard let self else { throw TemplateError("the loop is over") }
                    let value = Value.tuple(arguments.positional)
                    if lastChanged == nil { try interpreter.release(self) }
                    if let lastChanged, try Operators.areEqual(lastChanged, value, interpreter.budget) {
                        return .boolean(false)
                    }
                    lastChanged = value
                    return .boolean(true)
                })
        default: nil
        }
    }

    func call(_ arguments: Arguments, _ interpreter: Interpreter) throws(TemplateError) -> Value {
        guard let recurse else {
            throw TemplateError("The loop must have the 'recursive' marker to be called recursively.")
        }
        let bound = try arguments.bound(to: ["iterable"], required: 1, of: "loop")
        return try recurse(bound[0] ?? .none, depth0 + 1, interpreter)
    }

    func represent(_ writer: inout Representation) throws(TemplateError) {
        try writer.append("<LoopContext \(index + 1)/\(elements.count)>")
    }

    func clear() {
        lastChanged = nil
    }
}
