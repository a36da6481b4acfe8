/// The stop strings of a request as one automaton over UTF-8 bytes (Aho and Corasick, "Efficient string matching",
/// 1975), so that text is searched for all of them in one pass.
package struct StopStrings: Sendable {
    /// State = a prefix of a stop string; 0 is the empty one.
    private struct Node: Sendable {
        var children: [UInt8: Int] = [:]
        /// The longest proper suffix that is a prefix of a stop string too.
        var fallback = 0
        /// Bytes of the prefix.
        var depth = 0
        /// The longest stop string that ends here, by its number.
        var match: Int?
    }

    package let strings: [String]
    private var nodes = [Node()]

    /// Empty strings stop nothing and are passed over.
    package init(_ strings: [String]) {
        self.strings = strings
        for (index, string) in strings.enumerated() where !string.isEmpty { insert(string, index) }
        linkFallbacks()
    }

    package var isEmpty: Bool { nodes.count == 1 }

    /// The state after a further byte.
    func advance(_ state: Int, _ byte: UInt8) -> Int {
        var state = state
        while true {
            if let child = nodes[state].children[byte] { return child }
            if state == 0 { return 0 }
            state = nodes[state].fallback
        }
    }

    func match(at state: Int) -> Int? { nodes[state].match }

    /// Bytes at the end of the text that may yet become a stop string.
    func depth(of state: Int) -> Int { nodes[state].depth }

    private mutating func insert(_ string: String, _ index: Int) {
        var state = 0
        for byte in string.utf8 {
            if let child = nodes[state].children[byte] {
                state = child
            } else {
                nodes.append(Node(depth: nodes[state].depth + 1))
                nodes[state].children[byte] = nodes.count - 1
                state = nodes.count - 1
            }
        }
        if nodes[state].match == nil { nodes[state].match = index }
    }

    /// Breadth first: a node's fallback is shorter than the node.
    private mutating func linkFallbacks() {
        var queue = Array(nodes[0].children.values)
        var head = 0
        while head < queue.count {
            let state = queue[head]
            head += 1
            let fallback = nodes[state].fallback
            if nodes[state].match == nil { nodes[state].match = nodes[fallback].match }
            for (byte, child) in nodes[state].children {
                nodes[child].fallback = advance(fallback, byte)
                queue.append(child)
            }
        }
    }
}
