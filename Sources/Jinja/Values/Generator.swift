/// What Python's lazy filters give (`map`, `select`, …): its elements are made when first asked for, and taken once.
final class Generator {
    typealias Source = () throws(TemplateError) -> [Value]

    let name: String
    let depth: Int
    private var source: Source?
    private var elements: ArraySlice<Value> = []

    /// - Parameter value: what the elements come from.
    init(_ name: String, from value: Value, _ source: @escaping Source) {
        self.name = name
        self.source = source
        depth = 1 + value.depth
    }

    func next() throws(TemplateError) -> Value? {
        try produce()
        return elements.popFirst()
    }

    /// All that are left.
    func drain() throws(TemplateError) -> [Value] {
        try produce()
        defer { elements = [] }
        return Array(elements)
    }

    /// A generator that fails is over.
    private func produce() throws(TemplateError) {
        guard let source else { return }
        self.source = nil
        elements = try source()[...]
    }
}
