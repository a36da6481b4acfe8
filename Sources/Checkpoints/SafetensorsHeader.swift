import JSON

/// The table of contents of a safetensors file: 8 bytes of little-endian header length, a JSON object of
/// name → {dtype, shape, data_offsets}, then the tensors' bytes without holes.
///
/// Everything is checked as the reference implementation checks it, so that a view made from an entry lies in the file.
package struct SafetensorsHeader {
    package struct Entry {
        package let name: String
        package let type: ElementType
        package let shape: [Int]
        /// Bytes within the file.
        package let range: Range<Int>
    }

    /// In the order of their bytes.
    package let entries: [Entry]

    /// The reference implementation's limit, in bytes.
    static let lengthLimit = 100_000_000

    /// Parses the header of a whole file.
    package init(parsing bytes: Span<UInt8>, file: String) throws(CheckpointError) {
        func failure(_ problem: String, tensor: String? = nil) -> CheckpointError {
            CheckpointError(file: file, tensor: tensor, problem: problem, remedy: CheckpointError.downloadAgain)
        }
        if GitLFSPointer.isPointer(bytes) { throw GitLFSPointer.error(file: file) }
        guard bytes.count >= 8 else {
            throw failure("is truncated: \(bytes.count) bytes, too few for a safetensors header")
        }
        var length: UInt64 = 0
        for index in 0..<8 { length |= UInt64(bytes[index]) << (8 * index) }
        guard length <= UInt64(Self.lengthLimit) else {
            throw failure("is no safetensors file: its header would have \(length) bytes")
        }
        let start = 8 + Int(length)
        guard start <= bytes.count else {
            throw failure("is truncated: its header ends at byte \(start), the file at \(bytes.count)")
        }
        guard length >= 2, bytes[8] == UInt8(ascii: "{") else {
            throw failure("is no safetensors file: its header is no JSON object")
        }

        let header: JSONValue
        do { header = try JSONValue(parsing: bytes.extracting(8..<start)) } catch {
            throw failure("its header is no JSON: \(error)")
        }
        guard let object = header.objectValue else { throw failure("its header is no JSON object") }

        var entries: [Entry] = []
        entries.reserveCapacity(object.count)
        for (name, value) in object {
            if name == "__metadata__" {
                guard value.objectValue?.values.allSatisfy({ $0.stringValue != nil }) == true else {
                    throw failure("its __metadata__ is no object of strings")
                }
                continue
            }
            do { entries.append(try Self.entry(name, value, start: start, end: bytes.count)) } catch {
                throw failure(error.problem, tensor: name)
            }
        }
        entries.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }

        var position = start
        var previous: String?
        for entry in entries {
            if entry.range.lowerBound < position, let previous {
                throw failure("its bytes overlap those of \(previous)", tensor: entry.name)
            }
            if entry.range.lowerBound > position {
                throw failure(
                    "\(entry.range.lowerBound - position) bytes before it belong to no tensor", tensor: entry.name)
            }
            position = entry.range.upperBound
            previous = entry.name
        }
        guard position == bytes.count else {
            throw failure("its last \(bytes.count - position) bytes belong to no tensor")
        }
        self.entries = entries
    }

    private struct EntryError: Error {
        let problem: String
    }

    private static func entry(_ name: String, _ value: JSONValue, start: Int, end: Int) throws(EntryError) -> Entry {
        guard let typeName = value["dtype"]?.stringValue else { throw EntryError(problem: "has no dtype") }
        guard let type = ElementType(safetensors: typeName) else {
            let known = ElementType.ofSafetensors.map(\.rawValue).joined(separator: ", ")
            throw EntryError(problem: "its dtype \"\(typeName)\" is unknown (known: \(known))")
        }
        guard let dimensions = value["shape"]?.arrayValue else { throw EntryError(problem: "has no shape") }
        var shape: [Int] = []
        var byteCount = type.blockBytes
        for dimension in dimensions {
            guard let size = dimension.intValue, size >= 0 else {
                throw EntryError(problem: "its shape holds \(dimension.serialized())")
            }
            let (product, overflow) = byteCount.multipliedReportingOverflow(by: size)
            guard !overflow else { throw EntryError(problem: "its shape is too large") }
            byteCount = product
            shape.append(size)
        }
        guard let offsets = value["data_offsets"]?.arrayValue, offsets.count == 2, let lower = offsets[0].intValue,
            let upper = offsets[1].intValue, 0 <= lower, lower <= upper
        else {
            throw EntryError(problem: "its data_offsets are no ascending pair")
        }
        guard upper <= end - start else {
            throw EntryError(
                problem: "its bytes run to \(upper), but the file has \(end - start) after its header: "
                    + "it is truncated or its header is wrong")
        }
        guard upper - lower == byteCount else {
            throw EntryError(
                problem: "\(typeName) \(shape) takes \(byteCount) bytes, but its data_offsets span \(upper - lower)")
        }
        return Entry(name: name, type: type, shape: shape, range: start + lower..<start + upper)
    }
}
