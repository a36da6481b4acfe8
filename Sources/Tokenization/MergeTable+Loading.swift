import JSON

extension MergeTable {
    /// The `merges` array of a model: strings `left right` or pairs, in the order of their ranks.
    ///
    /// A merged token is the left text followed by the right one without the continuing prefix of `prefixLength` bytes.
    init(
        _ node: ConfigurationNode, vocabulary: Vocabulary, prefixLength: Int
    ) throws(TokenizerError) {
        guard let elements = node.value.arrayValue else { throw node.error("is \(node.value.kind), expected an array") }
        self.init(capacity: elements.count)
        var text: [UInt8] = []
        var rank: UInt32 = 0
        for (index, element) in elements.enumerated() {
            let place = "\(node.path)[\(index)]"
            text.removeAll(keepingCapacity: true)
            guard let split = Self.split(element, into: &text) else {
                throw TokenizerError(
                    file: node.file, field: place,
                    message: "is neither a string \"left right\" nor a pair of strings")
            }
            if split == 0, text.starts(with: "#version".utf8) { continue }
            func id(_ range: Range<Int>) throws(TokenizerError) -> Int32 {
                if let id = vocabulary.id(of: text, in: range) { return id }
                let missing = String(decoding: text[range], as: UTF8.self).debugDescription
                throw TokenizerError(
                    file: node.file, field: place, message: "the token \(missing) is not in the vocabulary")
            }
            let left = try id(0..<split)
            let right = try id(split..<text.count)
            if prefixLength > 0 { text.removeSubrange(split..<min(split + prefixLength, text.count)) }
            insert(left: left, right: right, rank: rank, newID: try id(0..<text.count))
            rank += 1
        }
    }

    /// Writes both texts one behind the other and gives the place between them; nil for a malformed merge.
    private static func split(_ element: JSONValue, into text: inout [UInt8]) -> Int? {
        if case .string(let merge) = element {
            text.append(contentsOf: merge.utf8)
            if text.starts(with: "#version".utf8) { return 0 }
            guard let space = text.firstIndex(of: 0x20), !text[(space + 1)...].contains(0x20) else { return nil }
            text.remove(at: space)
            return space
        }
        guard let pair = element.arrayValue, pair.count == 2, let left = pair[0].stringValue,
            let right = pair[1].stringValue
        else { return nil }
        text.append(contentsOf: left.utf8)
        let split = text.count
        text.append(contentsOf: right.utf8)
        return split
    }
}
