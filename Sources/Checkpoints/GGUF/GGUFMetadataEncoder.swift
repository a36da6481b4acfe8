/// Metadata of a GGUF file to be written, encoded value after value.
package struct GGUFMetadataEncoder: Sendable {
    private(set) var count = 0
    private(set) var bytes: [UInt8] = []

    /// A u32, which llama.cpp takes sizes and ids to be.
    mutating func add(_ key: String, _ value: Int) { begin(key, .u32, UInt32(value)) }

    mutating func add(_ key: String, signed value: Int) { begin(key, .i32, Int32(value)) }

    mutating func add(_ key: String, _ value: Double) { begin(key, .f32, Float(value).bitPattern) }

    mutating func add(_ key: String, _ value: Bool) { begin(key, .bool, UInt8(value ? 1 : 0)) }

    mutating func add(_ key: String, _ value: String) {
        begin(key, .string)
        append(Array(value.utf8))
    }

    mutating func add(_ key: String, _ values: PackedStrings) {
        beginArray(key, .string, count: values.count)
        for value in values { append(value) }
    }

    mutating func add(_ key: String, signed values: [Int]) {
        beginArray(key, .i32, count: values.count)
        for value in values { append(Int32(value)) }
    }

    /// A value as another file has it, its type in front of it.
    mutating func add(_ key: String, encoded value: UnsafeRawBufferPointer) {
        begin(key)
        bytes.append(contentsOf: value)
    }

    private mutating func begin(_ key: String) {
        count += 1
        append(Array(key.utf8))
    }

    private mutating func begin(_ key: String, _ type: GGUFValueType) {
        begin(key)
        append(type.rawValue)
    }

    private mutating func begin(_ key: String, _ type: GGUFValueType, _ value: some FixedWidthInteger) {
        begin(key, type)
        append(value)
    }

    private mutating func beginArray(_ key: String, _ type: GGUFValueType, count: Int) {
        begin(key, .array)
        append(type.rawValue)
        append(UInt64(count))
    }

    /// An integer, little-endian.
    mutating func append(_ value: some FixedWidthInteger) {
        withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
    }

    /// A string's length and bytes.
    mutating func append(_ string: some Collection<UInt8>) {
        append(UInt64(string.count))
        bytes.append(contentsOf: string)
    }
}
