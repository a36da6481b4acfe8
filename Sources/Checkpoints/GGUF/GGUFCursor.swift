/// Reads a GGUF file's header front to back and never beyond its end.
struct GGUFCursor {
    let file: String
    private let bytes: UnsafeRawBufferPointer
    private(set) var position = 0

    init(_ bytes: UnsafeRawBufferPointer, file: String) {
        self.bytes = bytes
        self.file = file
    }

    var remaining: Int { bytes.count - position }

    func failure(_ problem: String, tensor: String? = nil) -> CheckpointError {
        CheckpointError(file: file, tensor: tensor, problem: problem, remedy: CheckpointError.downloadAgain)
    }

    /// The next `count` bytes; `what` names them in the error of a file that ends before them.
    mutating func take(_ count: Int, _ what: @autoclosure () -> String) throws(CheckpointError)
        -> UnsafeRawBufferPointer
    {
        guard count >= 0, count <= remaining else {
            throw failure("is truncated: \(what()) would end beyond the file's \(bytes.count) bytes")
        }
        let slice = UnsafeRawBufferPointer(rebasing: bytes[position..<position + count])
        position += count
        return slice
    }

    mutating func read<T: FixedWidthInteger>(_ type: T.Type = T.self, _ what: @autoclosure () -> String)
        throws(CheckpointError) -> T
    {
        T(littleEndian: try take(MemoryLayout<T>.size, what()).loadUnaligned(as: T.self))
    }

    /// The bytes of a string, its length in front of them.
    mutating func stringBytes(_ what: @autoclosure () -> String) throws(CheckpointError) -> UnsafeRawBufferPointer {
        let length = try read(UInt64.self, "the length of \(what())")
        guard let count = Int(exactly: length), count <= remaining else {
            throw failure("is truncated: \(what()) would have \(length) bytes, but \(remaining) are left")
        }
        return try take(count, what())
    }

    /// A string; throws unless it is valid UTF-8.
    mutating func string(_ what: @autoclosure () -> String) throws(CheckpointError) -> String {
        let bytes = try stringBytes(what())
        guard let string = String(validating: bytes, as: UTF8.self) else {
            throw failure("\(what()) is not valid UTF-8")
        }
        return string
    }

    // MARK: Values

    /// A metadata value with its type in front of it.
    mutating func value(of key: String) throws(CheckpointError) -> GGUFValue {
        switch try valueType(of: key) {
        case .array: return try array(of: key)
        case .string: return .string(try string("the value of \"\(key)\""))
        case .bool: return .boolean(try boolean(key))
        case .f32: return .number(Self.decimal(Float(bitPattern: try read(UInt32.self, "\"\(key)\""))))
        case .f64: return .number(Double(bitPattern: try read(UInt64.self, "\"\(key)\"")))
        case let type: return .integer(try integer(type, key))
        }
    }

    private mutating func valueType(of key: String) throws(CheckpointError) -> GGUFValueType {
        let number = try read(UInt32.self, "the type of \"\(key)\"")
        guard let type = GGUFValueType(rawValue: number) else {
            throw failure("\"\(key)\" has the type \(number); known are 0 to \(GGUFValueType.f64.rawValue)")
        }
        return type
    }

    private mutating func array(of key: String) throws(CheckpointError) -> GGUFValue {
        let type = try valueType(of: key)
        guard let width = type.minimumBytes else { throw failure("\"\(key)\" is an array of arrays; none are known") }
        let length = try read(UInt64.self, "the length of \"\(key)\"")
        guard length <= UInt64(remaining / width) else {
            throw failure("is truncated: \"\(key)\" would have \(length) elements, but \(remaining) bytes are left")
        }
        let count = Int(length)
        switch type {
        case .string:
            var strings = PackedStrings()
            strings.reserve(count)
            for index in 0..<count { strings.append(try stringBytes("element \(index) of \"\(key)\"")) }
            return .strings(strings)
        case .bool:
            var booleans: [Bool] = []
            for _ in 0..<count { booleans.append(try boolean(key)) }
            return .booleans(booleans)
        case .f32:
            let bytes = try take(4 * count, key)
            return .numbers((0..<count).map { Double(bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Float.self)) })
        case .f64:
            let bytes = try take(8 * count, key)
            return .numbers((0..<count).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: Double.self) })
        case .i32:
            let bytes = try take(4 * count, key)
            return .integers((0..<count).map { Int(bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self)) })
        default:
            var integers: [Int] = []
            for _ in 0..<count { integers.append(try integer(type, key)) }
            return .integers(integers)
        }
    }

    private mutating func boolean(_ key: String) throws(CheckpointError) -> Bool {
        let byte = try read(UInt8.self, "\"\(key)\"")
        guard byte <= 1 else { throw failure("\"\(key)\" is a boolean of value \(byte)") }
        return byte == 1
    }

    private mutating func integer(_ type: GGUFValueType, _ key: String) throws(CheckpointError) -> Int {
        switch type {
        case .u8: return Int(try read(UInt8.self, "\"\(key)\""))
        case .i8: return Int(try read(Int8.self, "\"\(key)\""))
        case .u16: return Int(try read(UInt16.self, "\"\(key)\""))
        case .i16: return Int(try read(Int16.self, "\"\(key)\""))
        case .u32: return Int(try read(UInt32.self, "\"\(key)\""))
        case .i32: return Int(try read(Int32.self, "\"\(key)\""))
        default:
            if type == .i64 { return Int(try read(Int64.self, "\"\(key)\"")) }
            let value = try read(UInt64.self, "\"\(key)\"")
            guard let integer = Int(exactly: value) else { throw failure("\"\(key)\" is \(value), which is too large") }
            return integer
        }
    }

    /// The number that was meant: the shortest decimal that rounds to this float, 1e-6 and not 9.99999997e-07.
    private static func decimal(_ value: Float) -> Double { Double(value.description) ?? Double(value) }
}
