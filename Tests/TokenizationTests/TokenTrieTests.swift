import Testing

@testable import Tokenization

@Suite struct TokenTrieTests {
    @Test func `matches are leftmost, then longest`() {
        var trie = TokenTrie()
        #expect(trie.isEmpty)
        for (id, text) in ["ab", "abcd", "bc", "d", ""].enumerated() { trie.insert(Array(text.utf8), id: Int32(id)) }
        let bytes = Array("xabcdabcx".utf8)
        var found: [String] = []
        var position = 0
        while let (id, range) = trie.firstMatch(in: bytes, from: position, to: bytes.count) {
            found.append("\(id)@\(range.lowerBound)")
            position = range.upperBound
        }
        #expect(found == ["1@1", "0@5"])
        #expect(trie.firstMatch(in: bytes, from: 1, to: 4)?.range == 1..<3)
    }

    @Test func `a table finds every key among many and no other`() {
        var table = ByteStringTable(capacity: 0)
        let keys = (0..<5000).map { Array("key \($0)".utf8) }
        for (value, key) in keys.enumerated() { table.insert(key, value: Int32(value)) }
        table.insert(keys[7], value: -7)
        for (value, key) in keys.enumerated() { #expect(table.value(of: key) == (value == 7 ? -7 : Int32(value))) }
        #expect(table.value(of: Array("key 5000".utf8)) == nil)
        #expect(table.value(of: []) == nil)
    }
}
