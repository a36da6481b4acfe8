/// What Python's lazy filters give (`map`, `select`, …): its elements can be taken once.
final class Generator {
    let name: String
    let depth: Int
    private var elements: ArraySlice<Value>

    init(_ name: String, _ elements: [Value]) {
        self.name = name
        self.elements = elements[...]
        depth = 1 + (elements.lazy.map(\.depth).max() ?? 0)
    }

    func next() -> Value? {
        elements.popFirst()
    }

    /// All that are left.
    func drain() -> [Value] {
        defer { elements = [] }
        return Array(elements)
    }
}
