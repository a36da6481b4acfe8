/// Finds the longest of many byte strings at a position, in time bounded by the longest string.
struct TokenTrie: Sendable {
    private struct Node: Sendable {
        /// The token that ends here, or -1.
        var id: Int32 = -1
        /// Edges in ascending order of their byte.
        var labels: [UInt8] = []
        var targets: [Int32] = []
    }

    private var nodes = [Node()]
    private var startsToken = [Bool](repeating: false, count: 256)

    var isEmpty: Bool { nodes.count == 1 }

    /// Adds a string; of two equal ones the later stays. Empty strings never match.
    mutating func insert(_ text: [UInt8], id: Int32) {
        guard let first = text.first else { return }
        startsToken[Int(first)] = true
        var node = 0
        for byte in text {
            if let target = target(of: node, byte) {
                node = target
            } else {
                let place = nodes[node].labels.firstIndex { $0 > byte } ?? nodes[node].labels.count
                nodes[node].labels.insert(byte, at: place)
                nodes[node].targets.insert(Int32(nodes.count), at: place)
                node = nodes.count
                nodes.append(Node())
            }
        }
        nodes[node].id = id
    }

    private func target(of node: Int, _ byte: UInt8) -> Int? {
        var low = 0
        var high = nodes[node].labels.count
        while low < high {
            let middle = (low + high) / 2
            if nodes[node].labels[middle] < byte { low = middle + 1 } else { high = middle }
        }
        guard low < nodes[node].labels.count, nodes[node].labels[low] == byte else { return nil }
        return Int(nodes[node].targets[low])
    }

    /// The first match at or after `position`: of all that begin leftmost the longest.
    func firstMatch(in bytes: [UInt8], from position: Int, to end: Int) -> (id: Int32, range: Range<Int>)? {
        var start = position
        while start < end {
            if startsToken[Int(bytes[start])], let (id, stop) = longestMatch(in: bytes, at: start, to: end) {
                return (id, start..<stop)
            }
            start += 1
        }
        return nil
    }

    private func longestMatch(in bytes: [UInt8], at start: Int, to end: Int) -> (id: Int32, end: Int)? {
        var node = 0
        var position = start
        var found: (id: Int32, end: Int)?
        while position < end, let target = target(of: node, bytes[position]) {
            node = target
            position += 1
            if nodes[node].id >= 0 { found = (nodes[node].id, position) }
        }
        return found
    }
}
