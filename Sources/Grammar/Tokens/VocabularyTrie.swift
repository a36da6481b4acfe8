/// Tokens by their bytes as a tree in one array, in the order in which a walk meets the nodes.
struct VocabularyTrie: Sendable {
    struct Node: Sendable {
        /// The node behind all those below this one.
        var end: Int32 = 0
        /// Where the tokens that end here begin in `tokens`; they end where those of the next node begin.
        var firstToken: Int32
        /// Bytes above this one's.
        var depth: UInt16
        var byte: UInt8
    }

    /// The last one is a sentinel.
    private(set) var nodes: [Node] = []
    private(set) var tokens: [Int32] = []
    /// Of the longest token, in bytes.
    private(set) var longest = 0

    /// A tree of tokens in ascending order of their bytes, none of them empty.
    init(_ sorted: some Sequence<Int32>, bytes: (Int32) -> ArraySlice<UInt8>) {
        var path: [Int] = []
        func close(to depth: Int) {
            while path.count > depth { nodes[path.removeLast()].end = Int32(nodes.count) }
        }
        for token in sorted {
            let text = bytes(token)
            var shared = 0
            for byte in text {
                guard shared < path.count, nodes[path[shared]].byte == byte else { break }
                shared += 1
            }
            close(to: shared)
            for byte in text.dropFirst(shared) {
                path.append(nodes.count)
                nodes.append(Node(firstToken: Int32(tokens.count), depth: UInt16(path.count - 1), byte: byte))
            }
            tokens.append(token)
            longest = max(longest, text.count)
        }
        close(to: 0)
        nodes.append(Node(firstToken: Int32(tokens.count), depth: 0, byte: 0))
    }
}
