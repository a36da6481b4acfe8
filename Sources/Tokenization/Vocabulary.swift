import JSON

/// The model's tokens by id and by text.
struct Vocabulary: Sendable {
    static let largestID = (1 << 24) - 1

    /// Texts one behind the other, as the file writes them.
    private var arena: [UInt8] = []
    /// Where the text of an id lies; begins below 0 for an id that has none.
    private var bounds: [Range<Int32>] = []
    private var idsByText: ByteStringTable
    private(set) var count = 0
    private(set) var longestText = 0

    static func validID(_ id: Int) -> Int32? {
        (0...largestID).contains(id) ? Int32(id) : nil
    }

    /// The `vocab` object of a model.
    init(_ node: ConfigurationNode) throws(TokenizerError) {
        let object = try node.object()
        idsByText = ByteStringTable(capacity: object.count)
        arena.reserveCapacity(8 * object.count)
        bounds.reserveCapacity(object.count)
        for (text, value) in object {
            guard let number = value.intValue, let id = Self.validID(number) else {
                throw node.error("the id of \(text.debugDescription) is not an integer in 0...\(Self.largestID)")
            }
            guard self.text(of: id) == nil else {
                throw node.error("the id \(id) of \(text.debugDescription) belongs to another token too")
            }
            insert(Array(text.utf8), id)
        }
    }

    /// Tokens without ids yet, with room for `capacity` of them.
    init(capacity: Int) {
        idsByText = ByteStringTable(capacity: capacity)
        arena.reserveCapacity(8 * capacity)
        bounds.reserveCapacity(capacity)
    }

    /// Gives an id that is free its text.
    mutating func insert(_ bytes: [UInt8], _ id: Int32) {
        while bounds.count <= Int(id) { bounds.append(-1..<0) }
        let start = Int32(arena.count)
        arena.append(contentsOf: bytes)
        bounds[Int(id)] = start..<Int32(arena.count)
        idsByText.insert(bytes, value: id)
        count += 1
        longestText = max(longestText, bytes.count)
    }

    /// Highest id + 1.
    var size: Int { bounds.count }

    /// The text of an id, in UTF-8; nil for an id that is not in the vocabulary.
    func text(of id: Int32) -> ArraySlice<UInt8>? {
        guard id >= 0, Int(id) < bounds.count else { return nil }
        let range = bounds[Int(id)]
        if range.lowerBound < 0 { return nil }
        return arena[Int(range.lowerBound)..<Int(range.upperBound)]
    }

    func id(of text: [UInt8]) -> Int32? {
        idsByText.value(of: text)
    }

    func id(of bytes: [UInt8], in range: Range<Int>) -> Int32? {
        idsByText.value(of: bytes, in: range)
    }
}
