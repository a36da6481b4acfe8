extension Value {
    /// The elements of a list or tuple.
    final class Sequence {
        let elements: [Value]
        let depth: Int
        /// The names of a tuple's elements, for attribute access (`groupby`).
        let fields: [String]

        init(_ elements: [Value], fields: [String] = []) {
            self.elements = elements
            self.fields = fields
            depth = 1 + (elements.lazy.map(\.depth).max() ?? 0)
        }
    }
}
