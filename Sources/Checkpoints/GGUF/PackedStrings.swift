/// Many byte strings, one behind the other: a vocabulary without an allocation per token.
package struct PackedStrings: Sendable, RandomAccessCollection {
    private var arena: [UInt8] = []
    private var ends: [Int] = []

    package init() {}

    package init(_ strings: some Sequence<some Collection<UInt8>>) {
        for string in strings {
            arena.append(contentsOf: string)
            ends.append(arena.count)
        }
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { ends.count }

    package subscript(position: Int) -> ArraySlice<UInt8> {
        arena[(position == 0 ? 0 : ends[position - 1])..<ends[position]]
    }

    mutating func reserve(_ count: Int) { ends.reserveCapacity(count) }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        arena.append(contentsOf: bytes)
        ends.append(arena.count)
    }
}
