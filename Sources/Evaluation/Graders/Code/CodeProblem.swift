internal import CZlib
internal import FoundationEssentials
internal import JSON

/// The tests of a problem of LiveCodeBench.
struct CodeProblem: Equatable {
    struct Failure: Error, Equatable {
        var field: String
        /// What is wrong, and what would be right.
        var problem: String
    }

    struct Test: Equatable {
        var input: String
        var output: String
    }

    /// What is called with each test's arguments; nil where programs read and write.
    var function: String?
    var tests: [Test]

    /// From a row's fields, as they are: `public_test_cases`, `private_test_cases`, `metadata`.
    init(_ row: JSONValue) throws(Failure) {
        let fields = try ["public_test_cases", "private_test_cases"].map { name throws(Failure) in
            try Self.tests(row[name], name)
        }
        let all = fields.flatMap { $0 }
        guard let first = all.first else {
            throw Failure(field: "public_test_cases", problem: "there is no test in it nor in private_test_cases")
        }
        tests = all.map(\.test)
        guard first.type == "functional" else { return }
        let metadata = row["metadata"]?.stringValue.flatMap { try? JSONValue(parsing: $0) } ?? row["metadata"]
        guard let name = metadata?["func_name"]?.stringValue else {
            throw Failure(field: "metadata", problem: "write the name of the function to call as \"func_name\"")
        }
        function = name
    }

    private static func tests(_ value: JSONValue?, _ field: String) throws(Failure) -> [(test: Test, type: String)] {
        guard let value, !value.isNull else { return [] }
        var list = value
        if let text = value.stringValue {
            guard let parsed = (try? JSONValue(parsing: text)) ?? unpacked(text) else {
                throw Failure(field: field, problem: "it is neither JSON nor packed JSON (base64, zlib, pickle)")
            }
            list = parsed
        }
        var tests: [(Test, String)] = []
        for entry in list.arrayValue ?? [] {
            guard let input = entry["input"]?.stringValue, let output = entry["output"]?.stringValue else {
                throw Failure(field: field, problem: "a test has no \"input\" or no \"output\"; write texts")
            }
            tests.append((Test(input: input, output: output), entry["testtype"]?.stringValue ?? "stdin"))
        }
        return tests
    }

    private static func unpacked(_ text: String) -> JSONValue? {
        guard let data = Data(base64Encoded: text), let bytes = inflated(Array(data)), let json = pickled(bytes) else {
            return nil
        }
        return try? JSONValue(parsing: json)
    }

    /// nil where it is damaged, or unpacks to more than 2 GiB.
    private static func inflated(_ packed: [UInt8]) -> [UInt8]? {
        var packed = packed, result: [UInt8] = []
        return packed.withUnsafeMutableBufferPointer { source in
            var stream = z_stream()
            guard inflateInit_(&stream, zlibVersion(), Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
            defer { inflateEnd(&stream) }
            stream.next_in = source.baseAddress
            stream.avail_in = UInt32(source.count)
            var status = Z_OK, buffer = [UInt8](repeating: 0, count: 1 << 18)
            while status == Z_OK, result.count < 2 << 30 {
                let capacity = buffer.count
                let written = buffer.withUnsafeMutableBufferPointer { target in
                    stream.next_out = target.baseAddress
                    stream.avail_out = UInt32(capacity)
                    status = inflate(&stream, Z_NO_FLUSH)
                    return capacity - Int(stream.avail_out)
                }
                result += buffer[..<written]
            }
            return status == Z_STREAM_END ? result : nil
        }
    }

    /// The one text that a pickle holds. A pickle is a program: it is read for this instruction, never run.
    private static func pickled(_ bytes: [UInt8]) -> ArraySlice<UInt8>? {
        var position = 0
        func integer(_ size: Int) -> Int? {
            guard position + size <= bytes.count else { return nil }
            defer { position += size }
            let value = bytes[position..<position + size].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            return Int(exactly: value)
        }
        while let code = integer(1) {
            switch code {
            case 0x80: position += 1  // PROTO
            case 0x95: position += 8  // FRAME
            case 0x8C, 0x58, 0x8D:  // SHORT_BINUNICODE, BINUNICODE, BINUNICODE8
                guard let length = integer(code == 0x8C ? 1 : code == 0x58 ? 4 : 8), length <= bytes.count - position
                else { return nil }
                return bytes[position..<position + length]
            default: return nil
            }
        }
        return nil
    }
}
