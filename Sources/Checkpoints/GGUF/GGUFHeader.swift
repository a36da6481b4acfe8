/// What comes before the weights in a GGUF file (versions 2 and 3): metadata and the table of tensors.
///
/// Everything that a reader relies on is checked: a view made from an entry lies in the file and overlaps no other.
/// Source of the format: ggml's docs/gguf.md.
struct GGUFHeader: Sendable {
    struct Entry: Sendable {
        let name: String
        let type: ElementType
        /// Outermost dimension first: the reverse of the file's order.
        let shape: [Int]
        /// Bytes within the file.
        let range: Range<Int>
    }

    let metadata: GGUFMetadata
    /// Where each value of the metadata lies in the file, its type in front of it; in the file's order.
    let values: [(key: String, range: Range<Int>)]
    /// In the order of their bytes.
    let entries: [Entry]

    private static let magic: [UInt8] = Array("GGUF".utf8)
    private static let longestKey = 65_535
    private static let longestName = 64
    private static let defaultAlignment = 32

    /// Parses the header of a whole file.
    init(parsing bytes: UnsafeRawBufferPointer, file: String) throws(CheckpointError) {
        var cursor = GGUFCursor(bytes, file: file)
        let (tensorCount, valueCount) = try Self.counts(&cursor)
        (metadata, values) = try Self.metadata(&cursor, count: valueCount)
        let alignment = try Self.alignment(metadata)
        let tensors = try Self.tensors(&cursor, count: tensorCount)
        // The file was mapped, so that its size is far from overflow.
        let start = (cursor.position + alignment - 1) / alignment * alignment
        var entries: [Entry] = []
        entries.reserveCapacity(tensors.count)
        for tensor in tensors {
            let range = try tensor.range(from: start, to: bytes.count, alignment: alignment, cursor)
            entries.append(Entry(name: tensor.name, type: tensor.type, shape: tensor.shape, range: range))
        }
        entries.sort { $0.range.lowerBound < $1.range.lowerBound }
        for (previous, entry) in zip(entries, entries.dropFirst())
        where entry.range.lowerBound < previous.range.upperBound {
            throw cursor.failure("its bytes overlap those of \(previous.name)", tensor: entry.name)
        }
        self.entries = entries
    }

    private static func counts(_ cursor: inout GGUFCursor) throws(CheckpointError) -> (tensors: Int, values: Int) {
        guard try cursor.take(4, "its magic number").elementsEqual(magic) else {
            throw cursor.failure("is no GGUF file: it does not begin with \"GGUF\"")
        }
        let version = try cursor.read(UInt32.self, "its version")
        if version & 0xFFFF == 0, version != 0 {
            throw CheckpointError(
                file: cursor.file, problem: "is a big-endian GGUF file of version \(version.byteSwapped)",
                remedy: "Download the little-endian file of the model, or convert it with gguf_convert_endian.py.")
        }
        guard (2...3).contains(version) else {
            throw CheckpointError(
                file: cursor.file, problem: "is GGUF version \(version), which is not supported",
                remedy: "Supported: versions 2 and 3. Convert the model again with a current llama.cpp.")
        }
        let tensors = try cursor.read(UInt64.self, "the number of tensors")
        let values = try cursor.read(UInt64.self, "the number of metadata values")
        // The least that one takes: an empty name, one dimension, type and offset; a key, a type and a byte.
        guard tensors <= UInt64(cursor.remaining / 32), values <= UInt64(cursor.remaining / 13) else {
            throw cursor.failure(
                "is truncated: \(tensors) tensors and \(values) metadata values do not fit into "
                    + "\(cursor.remaining) bytes")
        }
        return (Int(tensors), Int(values))
    }

    private static func metadata(_ cursor: inout GGUFCursor, count: Int) throws(CheckpointError)
        -> (GGUFMetadata, [(key: String, range: Range<Int>)])
    {
        var values: [String: GGUFValue] = [:]
        var ranges: [(key: String, range: Range<Int>)] = []
        for ordinal in 0..<count {
            let key = try cursor.string("metadata key \(ordinal)")
            guard (1...longestKey).contains(key.utf8.count) else {
                throw cursor.failure(
                    "metadata key \(ordinal) has \(key.utf8.count) bytes; 1 to \(longestKey) are allowed")
            }
            let start = cursor.position
            let value = try cursor.value(of: key)
            ranges.append((key, start..<cursor.position))
            guard values.updateValue(value, forKey: key) == nil else {
                throw cursor.failure("has the metadata key \"\(key)\" twice")
            }
        }
        return (GGUFMetadata(file: cursor.file, values: values), ranges)
    }

    private static func alignment(_ metadata: GGUFMetadata) throws(CheckpointError) -> Int {
        let key = "general.alignment"
        guard let alignment = try metadata.integer(key) else { return defaultAlignment }
        guard (1...1 << 20).contains(alignment), alignment.nonzeroBitCount == 1 else {
            throw metadata.invalid(key, "is \(alignment); it must be a power of two up to \(1 << 20)")
        }
        return alignment
    }

    // MARK: Tensors

    /// A tensor as the table describes it.
    private struct Description {
        let name: String
        let type: ElementType
        let shape: [Int]
        let byteCount: Int
        let offset: UInt64

        func range(from start: Int, to end: Int, alignment: Int, _ cursor: GGUFCursor) throws(CheckpointError)
            -> Range<Int>
        {
            guard offset % UInt64(alignment) == 0 else {
                throw cursor.failure("its offset \(offset) is no multiple of \(alignment)", tensor: name)
            }
            let room = Swift.max(0, end - start)
            guard offset <= UInt64(room), byteCount <= room - Int(offset) else {
                throw cursor.failure(
                    "its \(byteCount) bytes at \(offset) end beyond the \(room) bytes of weights: the file is "
                        + "truncated or its header is wrong", tensor: name)
            }
            let lower = start + Int(offset)
            return lower..<lower + byteCount
        }
    }

    private static func tensors(_ cursor: inout GGUFCursor, count: Int) throws(CheckpointError) -> [Description] {
        var names: Set<String> = []
        var tensors: [Description] = []
        for ordinal in 0..<count {
            let name = try cursor.string("the name of tensor \(ordinal)")
            guard (1...longestName).contains(name.utf8.count) else {
                throw cursor.failure(
                    "the name of tensor \(ordinal) has \(name.utf8.count) bytes; 1 to \(longestName) are allowed")
            }
            guard names.insert(name).inserted else { throw cursor.failure("is there twice", tensor: name) }
            tensors.append(try tensor(name, &cursor))
        }
        return tensors
    }

    private static func tensor(_ name: String, _ cursor: inout GGUFCursor) throws(CheckpointError) -> Description {
        let rank = try cursor.read(UInt32.self, "the rank of tensor \(name)")
        guard (1...4).contains(rank) else {
            throw cursor.failure("has \(rank) dimensions; 1 to 4 are allowed", tensor: name)
        }
        var shape: [Int] = []
        var elementCount = 1
        for _ in 0..<rank {
            let dimension = try cursor.read(Int64.self, "the shape of tensor \(name)")
            let (product, overflow) = elementCount.multipliedReportingOverflow(by: Int(dimension))
            guard dimension > 0, !overflow else {
                throw cursor.failure("its dimensions \(shape + [Int(dimension)]) are impossible", tensor: name)
            }
            elementCount = product
            shape.append(Int(dimension))
        }
        let number = try cursor.read(UInt32.self, "the type of tensor \(name)")
        let type = try GGMLType.elementType(number, file: cursor.file, tensor: name)
        guard shape[0] % type.blockLength == 0, let byteCount = type.bytes(for: elementCount) else {
            throw cursor.failure(
                "its rows of \(shape[0]) elements are no whole number of \(type.rawValue) blocks of "
                    + "\(type.blockLength)", tensor: name)
        }
        let offset = try cursor.read(UInt64.self, "the offset of tensor \(name)")
        return Description(name: name, type: type, shape: shape.reversed(), byteCount: byteCount, offset: offset)
    }
}
