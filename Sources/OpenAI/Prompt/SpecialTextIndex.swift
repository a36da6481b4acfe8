/// Finds the texts of a vocabulary's added tokens (`<｜User｜>`, `</think>`, …) in UTF-8, as a trie over bytes.
struct SpecialTextIndex: Sendable {
    private struct Node: Sendable {
        var children: [(byte: UInt8, node: Int)] = []
        /// The token whose text ends here.
        var token: Int32?

        func child(_ byte: UInt8) -> Int? {
            children.first { $0.byte == byte }?.node
        }
    }

    private var nodes = [Node()]
    private var startsText = [Bool](repeating: false, count: 256)

    init(_ tokens: some Sequence<(id: Int32, text: String)>) {
        for (id, text) in tokens where !text.isEmpty {
            var node = 0
            for byte in text.utf8 {
                if let child = nodes[node].child(byte) {
                    node = child
                } else {
                    nodes.append(Node())
                    nodes[node].children.append((byte, nodes.count - 1))
                    node = nodes.count - 1
                }
            }
            nodes[node].token = id
        }
        for child in nodes[0].children { startsText[Int(child.byte)] = true }
    }

    /// What begins at a byte.
    enum Match: Equatable {
        case nothing
        /// The longest token text that begins here.
        case token(Int32, length: Int)
        /// The text ends before a token text does that begins here.
        case beginning
    }

    func match(in bytes: Span<UInt8>, at start: Int) -> Match {
        guard startsText[Int(bytes[start])] else { return .nothing }
        var node = 0
        var found = Match.nothing
        var position = start
        while position < bytes.count, let child = nodes[node].child(bytes[position]) {
            node = child
            position += 1
            if let token = nodes[node].token { found = .token(token, length: position - start) }
        }
        if found == .nothing, position == bytes.count, !nodes[node].children.isEmpty { return .beginning }
        return found
    }
}
