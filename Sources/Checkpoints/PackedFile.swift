import JSON

/// A whole file of packed weights, mapped: regions one after the other, an index that names them, and where it is.
package final class PackedFile: Sendable {
    static let alignment = 64
    /// The last bytes of a file: the index's offset and length and the format's number, 64 bits each, little-endian.
    static let trailerBytes = 24
    static let format: UInt64 = 0x3173_7075_7041_0001

    private let file: MappedFile
    private let ranges: [String: Range<Int>]

    /// Nil where there is no such file or it has another key.
    init?(path: String, key: String) {
        guard let file = try? MappedFile(path: path, name: path),
            let ranges = try? file.withBytes({ bytes throws(CheckpointError) in Self.index(bytes, key: key) })
        else { return nil }
        self.file = file
        self.ranges = ranges
    }

    func region(_ name: String, byteCount: Int) throws(CheckpointError) -> PackedRegion {
        guard let range = ranges[name], range.count == byteCount else {
            throw CheckpointError(
                file: file.name, tensor: name, problem: "is not there with \(byteCount) bytes",
                remedy: "Delete the file: it is made again.")
        }
        return .filled(base: file.base + range.lowerBound, owner: file)
    }

    /// Reads the weights into memory, or only tells the kernel that they are streamed where they exceed `available`.
    package func prefetch(available: Int, progress: LoadProgress.Handler?) throws(CheckpointError) {
        try file.prefetch(available: available) { completed in
            progress?(LoadProgress(completed: completed, total: file.byteCount, file: file.name))
        }
    }

    /// The regions, if the file is whole and has this key.
    private static func index(_ bytes: Span<UInt8>, key: String) -> [String: Range<Int>]? {
        let limit = bytes.count - trailerBytes
        guard limit >= 0 else { return nil }
        func number(_ index: Int) -> UInt64 {
            (0..<8).reduce(0) { $0 | UInt64(bytes[limit + index * 8 + $1]) << (8 * $1) }
        }
        guard number(2) == format, let begin = Int(exactly: number(0)), let length = Int(exactly: number(1)),
            begin <= limit, length == limit - begin,
            let index = try? JSONValue(parsing: (begin..<limit).map { bytes[$0] }), index["key"]?.stringValue == key,
            let regions = index["regions"]?.objectValue
        else { return nil }
        var ranges: [String: Range<Int>] = [:]
        for (name, value) in regions {
            guard let pair = value.arrayValue, pair.count == 2, let first = pair[0].intValue,
                let last = pair[1].intValue, first >= 0, first % alignment == 0, first <= last, last <= begin
            else { return nil }
            ranges[name] = first..<last
        }
        return ranges
    }
}
