/// A value of GGUF's metadata; arrays keep their elements in the widest type of their kind.
enum GGUFValue: Sendable {
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    case string(String)
    case integers([Int])
    case numbers([Double])
    case booleans([Bool])
    case strings(PackedStrings)

    /// For error messages.
    var kind: String {
        switch self {
        case .integer: "an integer"
        case .number: "a number"
        case .boolean: "a boolean"
        case .string: "a string"
        case .integers: "an array of integers"
        case .numbers: "an array of numbers"
        case .booleans: "an array of booleans"
        case .strings: "an array of strings"
        }
    }
}

/// The types of metadata values by their numbers in the file.
enum GGUFValueType: UInt32 {
    case u8 = 0
    case i8, u16, i16, u32, i32, f32, bool, string, array, u64, i64, f64

    /// Bytes of one element, of a string those of its length alone; nil for arrays, which do not nest.
    var minimumBytes: Int? {
        switch self {
        case .u8, .i8, .bool: 1
        case .u16, .i16: 2
        case .u32, .i32, .f32: 4
        case .u64, .i64, .f64, .string: 8
        case .array: nil
        }
    }
}
