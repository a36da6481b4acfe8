/// ggml's numbers of element types.
enum GGMLType {
    private static let supported: [UInt32: ElementType] = [
        0: .f32, 1: .f16, 2: .q4_0, 3: .q4_1, 6: .q5_0, 7: .q5_1, 8: .q8_0, 10: .q2_k, 11: .q3_k, 12: .q4_k,
        13: .q5_k, 14: .q6_k, 20: .iq4_nl, 23: .iq4_xs, 24: .i8, 25: .i16, 26: .i32, 27: .i64, 28: .f64, 30: .bf16,
    ]

    private static let numbers = Dictionary(uniqueKeysWithValues: supported.map { ($1, $0) })

    private static let others: [UInt32: String] = [
        4: "Q4_2", 5: "Q4_3", 9: "Q8_1", 15: "Q8_K", 16: "IQ2_XXS", 17: "IQ2_XS", 18: "IQ3_XXS", 19: "IQ1_S",
        21: "IQ3_S", 22: "IQ2_S", 29: "IQ1_M", 31: "Q4_0_4_4", 32: "Q4_0_4_8", 33: "Q4_0_8_8", 34: "TQ1_0",
        35: "TQ2_0", 36: "IQ4_NL_4_4", 37: "IQ4_NL_4_8", 38: "IQ4_NL_8_8", 39: "MXFP4", 40: "NVFP4", 41: "Q1_0",
        42: "Q2_0",
    ]

    private static let weights: [ElementType] = [.f32, .f16, .bf16] + ElementType.allCases.filter(\.isBlocked)

    /// Nil for types that ggml does not have.
    static func number(_ type: ElementType) -> UInt32? { numbers[type] }

    /// The type; throws for one that no operation takes, by its name.
    static func elementType(_ number: UInt32, file: String, tensor: String) throws(CheckpointError) -> ElementType {
        if let type = supported[number] { return type }
        throw CheckpointError(
            file: file, tensor: tensor,
            problem: others[number].map { "its type \($0) is not supported" } ?? "its type \(number) is unknown",
            remedy: "Take a file of the model with \(weights.map(\.rawValue).joined(separator: ", ")).")
    }
}
